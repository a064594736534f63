"""From fetch to article under bytes that nobody foresaw: targets, seeds, mutations."""
