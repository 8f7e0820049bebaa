"""Online services: a model version that answers over HTTP at an address of its own."""
