"""One module per command, each with its `click.Command` as ``command``; registered in `extery.cli.app`."""
