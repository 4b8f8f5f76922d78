"""``uninstall``: remove extensions, their cached packages, and on request the files that they wrote for the user."""

from __future__ import annotations

import os
import shutil
from argparse import Namespace
from pathlib import Path

from extery.blender_ext.local import RepositoryFolder
from extery.blender_ext.messages import Messages
from extery.blender_ext.place import Installer, TemporaryNames

_SEPARATORS = {"/", "\\", ":", "\0"}


def run(arguments: Namespace, messages: Messages) -> bool:
    """Remove the extensions; one that is not there does not keep the others from being removed."""
    folder = RepositoryFolder(Path(arguments.local_dir))
    if not folder.path.is_dir():
        messages.fatal_error(f'Missing local "{folder.path}"')
        return False
    wanted = list(dict.fromkeys(arguments.packages.split(",")))
    names = TemporaryNames.parse(arguments.temp_prefix_and_suffix)
    installer = Installer(folder, names, messages)
    with installer.locked() as is_locked:
        if not is_locked:
            return False
        present = [name for name in wanted if _is_present(folder.path, name, messages)]
        removed = installer.remove(present)
        has_failed = len(removed) < len(wanted)
        for identifier in removed:
            messages.status(f'Removed "{identifier}"')
            folder.cached_package(identifier).unlink(missing_ok=True)
            if arguments.user_dir:
                has_failed |= not _remove_user_files(Path(arguments.user_dir), identifier, messages)
    return not has_failed


def _is_present(folder: Path, name: str, messages: Messages) -> bool:
    """Return whether there is such an extension; names of Blender's own folders begin with a dot."""
    if not name or name.startswith(".") or _SEPARATORS & set(name):
        messages.fatal_error(f'Package name invalid "{name}"')
        return False
    if not os.path.lexists(folder / name):
        messages.fatal_error(f'Package not found "{name}"')
        return False
    return True


def _remove_user_files(folder: Path, identifier: str, messages: Messages) -> bool:
    """Remove the folder in which the extension has kept data; return whether that succeeded."""
    path = folder / identifier
    if not path.is_dir():
        return True
    try:
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path)
    except OSError as error:
        messages.error(f'Failure to remove "{identifier}" user files with error ({error})')
        return False
    messages.status(f'Removed cache "{identifier}"')
    return True
