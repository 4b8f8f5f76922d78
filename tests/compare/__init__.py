"""Comparison of two commits: the same inputs through both trees, and the bytes of what they write.

Runs both trees as subprocesses through the command line and HTTP only; no module of a tree is imported.
"""
