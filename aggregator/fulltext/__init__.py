"""The text of an article's page, where a feed gives a teaser only."""
