"""Files of users: each has one area, his home on every size."""
