"""REST: one module a domain, each ending with ``ROUTES``."""
