"""Users' Jupyter servers: admitted here, before the hub starts them."""
