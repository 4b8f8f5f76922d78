"""Stored files: packages and images under the hash of their content, in a folder or on S3.

`storage` stores, opens, verifies and removes them; `layout` has their names, `models` their rows,
`backends` the folder and the S3 server. `serving` sends them to clients, `cleanup` deletes orphans.
"""
