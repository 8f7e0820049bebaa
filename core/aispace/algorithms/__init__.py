"""Algorithms: code with a run command, typed parameters and a mapping of arguments."""
