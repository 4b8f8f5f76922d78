"""Scans of uploaded packages: what a file is, before anybody runs it."""
