"""Change the code of an add-on so that it runs as an extension. Runs in a child process: see `extery.author.convert.worker`."""
