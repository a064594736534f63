"""A language model that translates: base weights and an adapter made into one, and asked."""
