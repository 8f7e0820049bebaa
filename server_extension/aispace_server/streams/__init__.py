"""Push: topics with positions, followed by any number of clients, read once for all of them."""
