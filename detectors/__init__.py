"""Text in, findings out: knows nothing of HTTP or of policy."""
