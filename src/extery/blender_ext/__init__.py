"""A replacement for ``blender_ext.py``, the tool that Blender starts for every action on extensions.

It has the same commands, options, messages and exit status; downloads, checks and writes are those of the rest of the
toolkit. `tool` runs a command: `arguments` parses, and each module named after a command does the work and reports to
`messages`.
"""
