"""Rules about the files of a package, one in each module.

A new rule is a new module here, found by `extery.rules.registry`, which lists the two other things that it needs.
"""
