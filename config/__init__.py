"""Settings and data: what an operator edits."""
