"""Structured personal data: identifiers with a shape, most with a check digit."""
