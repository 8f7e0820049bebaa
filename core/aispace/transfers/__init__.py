"""Objects that change hands."""
