"""aispace_widgets"""
