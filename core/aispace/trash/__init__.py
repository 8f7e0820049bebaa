"""What was deleted and can still be taken back."""
