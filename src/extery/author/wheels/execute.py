"""Carry out a plan: put wheels in place, replace the manifest, remove old wheels. If it fails, all is as before."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from extery.author.folder_lock import folder_lock
from extery.author.wheels.downloads import Downloads
from extery.author.wheels.plan import WheelPlan
from extery.core.errors import Conflict, Unavailable
from extery.core.files import atomic_write, read_regular, remove_leftovers
from extery.core.text import os_error_text
from extery.manifest.document import MANIFEST_FILENAME


def execute(plan: WheelPlan, downloads: Downloads | None = None) -> None:
    """Change the folder. New wheels come first and the manifest after them, so it never lists one that is not there.

    Raises `Unavailable` if the folder cannot be written, and `Conflict` if the manifest is another one than the plan is
    for; both leave the manifest and the wheels as they were.
    """
    with folder_lock(plan.bundle.folder):
        _execute(plan, downloads)


def _execute(plan: WheelPlan, downloads: Downloads | None) -> None:
    manifest = plan.bundle.folder / MANIFEST_FILENAME
    remove_leftovers(plan.bundle.folder, lambda name: name == MANIFEST_FILENAME)
    undo = _Undo()
    try:
        _check_unchanged(manifest, plan)
        for folder in {wheel.path.parent for wheel in plan.missing}:
            remove_leftovers(folder, lambda name: name.endswith(".whl"))
        for wheel in plan.missing:
            assert downloads is not None
            undo.before_write(wheel.path, downloads.folder)
            wheel.path.parent.mkdir(parents=True, exist_ok=True)
            with downloads.path(wheel.file).open("rb") as source, atomic_write(wheel.path) as file:
                shutil.copyfileobj(source, file)
        if plan.manifest != plan.bundle.data:
            with atomic_write(manifest, mode=manifest.stat().st_mode & 0o777) as file:
                file.write(plan.manifest)
                _check_unchanged(manifest, plan)
    except BaseException as error:
        undo.run()
        if isinstance(error, OSError):
            path = error.filename or plan.bundle.folder
            raise Unavailable.of(
                "library.unwritable", path=str(path), reason=os_error_text(error)
            ) from error
        raise
    for removed in plan.removed:
        # The manifest no longer lists it: a file that cannot be removed is reported as not listed.
        with suppress(OSError):
            if removed.is_in(plan.bundle.folder):
                removed.path.unlink()
    with suppress(OSError):
        if plan.removed and plan.removed[0].is_in(plan.bundle.folder):
            plan.removed[0].path.parent.rmdir()  # only if it is empty


def _check_unchanged(manifest: Path, plan: WheelPlan) -> None:
    """Raise `Conflict` if the manifest was changed after it was read."""
    if read_regular(manifest) != plan.bundle.data:
        raise Conflict.of("library.edited", file=MANIFEST_FILENAME)


class _Undo:
    """Copies of the files that are replaced, and the names and folders that are new."""

    def __init__(self) -> None:
        self._old: list[tuple[Path, Path | None]] = []
        self._folders: list[Path] = []

    def before_write(self, path: Path, backups: Path) -> None:
        """Remember what is at ``path``."""
        copy = None
        if path.is_file():
            copy = backups / f"old-{len(self._old)}"
            shutil.copyfile(path, copy)
        for folder in path.parents:
            if folder.exists():
                break
            self._folders.append(folder)
        self._old.append((path, copy))

    def run(self) -> None:
        """Put everything back, as far as the system allows it."""
        for path, copy in reversed(self._old):
            with suppress(OSError):
                if copy is None:
                    path.unlink(missing_ok=True)
                else:
                    shutil.copyfile(copy, path)
        for folder in self._folders:
            with suppress(OSError):
                folder.rmdir()
