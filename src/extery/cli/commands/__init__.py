"""One module a command, each with its `click.Command` as ``command``."""
