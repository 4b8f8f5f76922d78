"""Write the files of a new extension into a folder: all of them or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from extery.core.errors import Conflict, Problem, Unavailable
from extery.core.text import os_error_text


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` (path -> content) into ``folder``, which may exist, and may have other files.

    Raises `Conflict` if one of the files exists, `Unavailable` if they cannot be written. Then nothing has changed.
    A process that is killed may leave a hidden folder ``.NAME.*.new`` beside them.
    """
    if folder.exists() and not folder.is_dir():
        raise Conflict(Problem.of("new.exists", variant="file", path=str(folder)))
    for path in files:
        if os.path.lexists(folder / path):
            raise Conflict(Problem.of("new.exists", path=str(folder / path)))
    try:
        _write(folder, files)
    except OSError as error:
        reason = os_error_text(error)
        raise Unavailable(Problem.of("new.unwritable", path=str(folder), reason=reason)) from error


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    is_new = not folder.exists()
    parent = folder.absolute().parent if is_new else folder
    missing = [one for one in (parent, *parent.parents) if not one.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    try:
        stage = parent / f".{folder.name}.{os.urandom(4).hex()}.new"
        stage.mkdir()
        try:
            for path, data in files.items():
                file = stage / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            if is_new:
                stage.rename(folder)
            else:
                _move_into(folder, stage, files)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError:
        for one in missing:
            with suppress(OSError):
                one.rmdir()
        raise


def _move_into(folder: Path, stage: Path, files: Mapping[str, bytes]) -> None:
    """Move the files into a folder that exists; the first one is the manifest, and is moved last."""
    moved: list[Path] = []
    made: list[Path] = []
    try:
        for path in reversed([*files]):
            target = folder / path
            for one in reversed(target.relative_to(folder).parents[:-1]):
                if not (folder / one).is_dir():
                    (folder / one).mkdir()
                    made.append(folder / one)
            # A link fails if another process has created the file in the meantime; renaming would replace it.
            _link(stage / path, target)
            moved.append(target)
    except BaseException:
        for file in moved:
            with suppress(OSError):
                file.unlink()
        for made_folder in reversed(made):
            with suppress(OSError):
                made_folder.rmdir()
        raise


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        with target.open("xb") as file:
            file.write(source.read_bytes())
