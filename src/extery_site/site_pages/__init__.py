"""Pages that staff writes: terms, guidelines, moderation policy and privacy, with all their versions.

Each has a text that is part of Extery, until staff writes another one.
"""
