"""A text in, other readings of it out: what escapes, encodings, look-alikes and layout hide, with offsets back."""
