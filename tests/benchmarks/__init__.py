"""Measurements a user can run: ``./run bench NAME``. Each prints one Markdown table."""
