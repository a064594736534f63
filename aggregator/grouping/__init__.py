"""Which articles are of one event, and which of them is the best to lead its story."""
