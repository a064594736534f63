"""The demo: a small newspaper world, served on loopback, and what an editor makes of it."""
