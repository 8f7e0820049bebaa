"""A real Kubernetes of several nodes on one machine, for the tests and for work by hand."""
