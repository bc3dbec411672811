"""Measurements: what hushgate costs beside its peers, interleaved in one run, with spread."""
