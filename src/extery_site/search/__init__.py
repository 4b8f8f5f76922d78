"""The text index of the catalogue, on SQLite and PostgreSQL, and the words in it.

It knows texts and keys only: what the text of an extension is, `extery_site.catalog.search_documents` says.
"""
