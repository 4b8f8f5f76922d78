"""What all pages share: base templates, template tags, labels, Markdown, static files."""
