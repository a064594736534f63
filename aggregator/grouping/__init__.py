"""Which articles tell one event, and which of them tells it best."""
