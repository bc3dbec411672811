"""The proxy: the pure core around `inspection.py`, the program around it."""
