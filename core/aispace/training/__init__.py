"""Training jobs and their runs, evaluation."""
