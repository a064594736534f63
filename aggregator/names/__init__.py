"""Proper names: an operator's glossary of them, their inflected forms, their place in a translation."""
