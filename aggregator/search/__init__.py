"""Words as a search meets them: stems of each language, names in every script, marks."""
