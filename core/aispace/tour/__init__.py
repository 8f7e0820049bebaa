"""The tour: the whole path on real data, walked by the public client."""
