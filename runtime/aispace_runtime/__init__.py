"""aispace_runtime"""
