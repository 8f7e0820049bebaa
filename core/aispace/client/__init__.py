"""The typed REST client that notebooks, magics, the command line and scripts use."""
