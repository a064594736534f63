"""A digest in each form it is read in: one file a form."""
