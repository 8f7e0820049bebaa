"""Lineage: which version made which."""
