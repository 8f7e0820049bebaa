"""Starts users' Jupyter servers: the form, its resolution, and the spawners."""
