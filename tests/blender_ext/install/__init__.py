"""``install``, ``install-files`` and ``uninstall``: what they put into the folder of a repository, and what is left."""
