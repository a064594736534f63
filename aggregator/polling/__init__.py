"""When and how to ask a source next."""
