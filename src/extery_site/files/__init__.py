"""Stored files: packages and images under the hash of their content, and serving them."""
