"""Write a converted add-on into a new folder: all of it or nothing. The source is only read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extery.author.convert.plan import Plan
from extery.core.errors import Conflict, Unavailable, Where
from extery.core.files import fsync_directory
from extery.core.text import os_error_text


def destination_for(source: Path, identifier: str) -> Path:
    """Return the folder beside the source with the name of the id, or another one if that is the source itself."""
    parent = source.absolute().parent
    folder = parent / identifier
    return parent / f"{identifier}-extension" if folder == source.absolute() else folder


def check_destination(source: Path, folder: Path) -> None:
    """Raise `Conflict` if the destination exists, or is inside of the source."""
    if os.path.lexists(folder):
        raise Conflict.of("convert.exists", where=Where(str(folder)), path=str(folder))
    real, inside = Path(os.path.realpath(source)), Path(os.path.realpath(folder))
    if real.is_dir() and inside.is_relative_to(real):
        raise Conflict.of(
            "convert.exists", where=Where(str(folder)), variant="inside", path=str(folder)
        )


@contextmanager
def staged(plan: Plan, folder: Path) -> Iterator[Path]:
    """Yield a hidden folder beside ``folder`` with all files; `publish` gives it its name, else it is removed.

    A process that is killed may leave it, as ``.NAME.*.new``. Raises `Unavailable` if it cannot be written.
    """
    parent = folder.absolute().parent
    missing = [one for one in (parent, *parent.parents) if not os.path.lexists(one)]
    stage = parent / f".{folder.name}.{os.urandom(4).hex()}.new"
    try:
        try:
            parent.mkdir(parents=True, exist_ok=True)
            stage.mkdir()
            _write(plan, stage)
        except OSError as error:
            reason = os_error_text(error)
            raise Unavailable.of(
                "convert.unwritable", where=Where(str(folder)), path=str(folder), reason=reason
            ) from error
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if not os.path.lexists(folder):
            _remove_empty(missing)


def _write(plan: Plan, stage: Path) -> None:
    for path, file in plan.files.items():
        if path not in plan.texts:
            target = _made(stage / path)
            file.copy_to(target)
    for path, data in plan.texts.items():
        _made(stage / path).write_bytes(data)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _remove_empty(folders: list[Path]) -> None:
    for one in folders:
        try:
            one.rmdir()
        except OSError:
            return


def publish(stage: Path, folder: Path) -> None:
    """Give the staged folder its name; raises `Conflict` if another process has made one of that name."""
    if os.path.lexists(folder):
        raise Conflict.of("convert.exists", where=Where(str(folder)), path=str(folder))
    try:
        stage.rename(folder)
        fsync_directory(folder.absolute().parent)
    except OSError as error:
        reason = os_error_text(error)
        raise Unavailable.of(
            "convert.unwritable", where=Where(str(folder)), path=str(folder), reason=reason
        ) from error
