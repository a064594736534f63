"""Which items are one article, and which articles are one text."""
