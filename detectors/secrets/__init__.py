"""Secrets: keys, tokens, passwords and connection strings, found by declarative rules."""
