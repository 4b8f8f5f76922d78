"""The commands that the website adds to ``extery``: one module each, entry points in pyproject.toml.

Their modules import Django and the site inside functions: `extery --help` imports them for their
summaries, also where only the toolkit is installed.
"""
