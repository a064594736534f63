"""All that is known of addresses. Pure."""
