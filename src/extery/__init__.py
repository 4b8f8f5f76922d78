"""Extery: an open, self-hostable extensions platform for Blender."""

__version__ = "0.1.0"
