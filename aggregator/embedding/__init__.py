"""Texts to vectors, so that one event is near itself in any language."""
