"""Certificates: our authority, the leaves it signs, the roots that upstreams must chain to."""
