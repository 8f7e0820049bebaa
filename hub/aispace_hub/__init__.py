"""aispace_hub"""
