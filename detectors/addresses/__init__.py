"""Street addresses, by their words and numbers."""
