"""Texts in, the indexed documents and records that they come from out: keyed winnowing and exact data match."""
