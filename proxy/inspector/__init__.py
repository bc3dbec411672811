"""The inspector processes and the wire between them and the workers."""
