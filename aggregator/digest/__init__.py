"""Digests: which stories, in which order, in which form."""
