"""The front door: what a client meets first, before anything is decrypted."""
