"""Mirroring: a verified copy of another repository, kept up to date in a folder."""
