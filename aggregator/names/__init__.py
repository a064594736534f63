"""Proper names: a glossary of them, their inflected forms, their place in a translation."""
