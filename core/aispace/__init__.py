"""aispace"""
