"""What a story is about."""
