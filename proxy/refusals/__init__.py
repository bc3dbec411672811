"""What a client is told instead of an answer, in the form that it can show."""
