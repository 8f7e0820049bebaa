"""Runtime images: on one machine, Python environments built from a requirements list."""
