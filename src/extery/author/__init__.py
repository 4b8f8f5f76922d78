"""From a folder to packages: what goes in, what is wrong, and the zip itself."""
