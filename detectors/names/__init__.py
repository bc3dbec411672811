"""Names of people, places and organisations, through a spaCy pipeline."""
