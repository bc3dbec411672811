"""Asking the user: the question, its signed link, its page, and what was answered."""
