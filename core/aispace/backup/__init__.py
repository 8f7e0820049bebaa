"""Backups of an installation, taken while it runs, and the way back."""
