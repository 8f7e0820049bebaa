"""AI Space on JupyterHub: configuration, sign-in, and the supervisor of the team size."""
