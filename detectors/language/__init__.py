"""The natural language of prose: which languages a text is written in, told as a code and never kept as text."""
