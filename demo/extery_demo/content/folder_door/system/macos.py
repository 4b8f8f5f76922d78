"""How a folder is opened on macOS."""


def command(folder):
    """The program that shows a folder, and the folder."""
    return ["open", folder]
