"""The command line: `app` finds the commands, `output` prints what they return."""
