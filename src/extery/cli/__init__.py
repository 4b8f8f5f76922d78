"""The command line: `app` finds the commands, `output` prints their outcomes."""
