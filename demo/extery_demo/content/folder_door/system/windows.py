"""How a folder is opened on Windows."""


def command(folder):
    """The program that shows a folder, and the folder."""
    return ["explorer.exe", folder]
