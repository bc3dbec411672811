"""Policies tried on what was recorded: corpora, replay, simulation."""
