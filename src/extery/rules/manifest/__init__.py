"""Rules about the manifest, one in each module: the schema, and warnings.

A new rule is a new module here, found by `extery.rules.registry`, which lists the two other things that it needs.
"""
