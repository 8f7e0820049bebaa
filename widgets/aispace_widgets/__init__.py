"""Panels and magics for notebooks."""
