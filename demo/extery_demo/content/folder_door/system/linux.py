"""How a folder is opened on a Linux desktop."""


def command(folder):
    """The program that shows a folder, and the folder."""
    return ["xdg-open", folder]
