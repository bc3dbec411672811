"""Text in, the stretches of it that are source code out."""
