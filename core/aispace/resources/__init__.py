"""What can be asked for: specs, queues, capacity."""
