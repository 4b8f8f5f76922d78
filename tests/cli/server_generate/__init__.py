"""``extery server-generate``: arguments, output and exit status."""
