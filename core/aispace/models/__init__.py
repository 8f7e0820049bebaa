"""Models: files with what they take, give and came from."""
