"""Pages that people see in their browser."""
