"""The way out: one guard for all that leaves."""
