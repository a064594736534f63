"""Digests sent out: one digest, many channels, each told once."""
