"""Digests sent out: one digest, many channels, sent once to each."""
