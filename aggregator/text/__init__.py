"""Texts: from markup to words, and what language they are in."""
