"""Values and faults out of TOML files."""
