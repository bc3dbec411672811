"""Wire forms: bytes to text parts and edits back into the same bytes."""
