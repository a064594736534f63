"""Digests and stories as feeds, sources as OPML."""
