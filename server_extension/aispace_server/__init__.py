"""aispace_server"""
