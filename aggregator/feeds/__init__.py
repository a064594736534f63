"""From an address to a feed: fetching, which is guarded, and parsing, which is pure."""
