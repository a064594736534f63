"""The catalogue of outlets and their sources, and the editions."""
