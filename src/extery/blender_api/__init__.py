"""The names of Blender's Python API in each version, with types: a table, its loader, and what replaces what is gone.

The table is made from real Blenders by ``python -m tests.blender.api_table``; nothing here imports Blender.
"""
