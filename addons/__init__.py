"""Thin edges: mitmproxy hooks to the core and back."""
