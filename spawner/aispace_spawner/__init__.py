"""aispace_spawner"""
