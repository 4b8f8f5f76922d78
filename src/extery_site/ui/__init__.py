"""Shared parts of all pages: base templates, template tags, labels, Markdown, static files."""
