"""Template tags and filters: `extery_pages`."""
