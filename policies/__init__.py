"""Facts in, verdict out; the shipped packs lie in `policies/packs/`."""
