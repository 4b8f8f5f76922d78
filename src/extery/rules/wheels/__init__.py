"""Rules about the wheels that an extension bundles, one in each module.

A new rule is a new module here, found by `extery.rules.registry`, which lists the two other things that it needs.
"""
