"""From a folder of packages to a repository that any web server, or none, can offer."""

from extery.generate.run import Generated, generate, last_options

__all__ = ["Generated", "generate", "last_options"]
