"""Labels: visible classification markings in text."""
