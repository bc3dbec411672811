"""Many expressions over one text in one pass: shared by every detector whose rules are expressions."""
