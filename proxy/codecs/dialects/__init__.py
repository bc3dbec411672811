"""Wire forms as data, one file a family."""
