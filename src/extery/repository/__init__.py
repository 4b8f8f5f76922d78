"""Static repositories: generate one from a folder of packages, check it, mirror it, preview it."""
