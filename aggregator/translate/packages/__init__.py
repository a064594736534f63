"""Translation packages: found, fetched, checked, kept."""
