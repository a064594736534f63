"""What of a text is certain in English although no translation of it can be shown."""
