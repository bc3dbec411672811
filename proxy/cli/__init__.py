"""The console script: one verb a file."""
