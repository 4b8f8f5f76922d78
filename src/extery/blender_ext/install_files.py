"""``install-files``: install extensions from package files on this computer."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from extery.blender_ext.local import RepositoryFolder
from extery.blender_ext.messages import Messages
from extery.blender_ext.place import Installer, TemporaryNames
from extery.blender_ext.system import read_system


def run(arguments: Namespace, messages: Messages) -> bool:
    """Install every package; one that fails does not keep the others from being installed."""
    folder = Path(arguments.local_dir)
    if not folder.is_dir():
        messages.fatal_error(f'destination directory "{folder}" does not exist')
        return False
    system = read_system(arguments, messages)
    if system is None:
        return False
    names = TemporaryNames.parse(arguments.temp_prefix_and_suffix)
    files = [(Path(file), None) for file in dict.fromkeys(arguments.files)]
    installer = Installer(RepositoryFolder(folder), names, messages)
    with installer.locked() as is_locked:
        if not is_locked:
            return False
        return installer.install(files, system) == 0
