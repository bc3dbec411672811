"""Files that are uploaded in pieces: which piece of which upload a request is, what waits, and the whole judged."""
