"""The checks of `extery doctor`, one module for each group; `extery.client.doctor` lists them.

A check returns problems, each with a command that cures it, and changes nothing.
"""
