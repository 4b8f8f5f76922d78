"""Stored files: packages and images under the hash of their content, in a folder or on S3.

`actions` stores, reads, verifies and removes them; only `folder` and `s3` know where they are.
"""
