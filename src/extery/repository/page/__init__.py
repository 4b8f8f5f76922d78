"""The HTML page of a static repository: cards, filters, and previews of themes."""
