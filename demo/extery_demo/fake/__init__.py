"""Fake data: sites of any size with built packages, for tests by hand and benchmarks.

Everything of an extension follows from the seed and its number (`plans`), so that a site can be continued, and two
sites with the same seed have the same packages. `run` writes it.
"""
