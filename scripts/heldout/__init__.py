"""Seed in, labelled rows out: held-out sets written apart from the rules, to see what the rules do not know yet."""
