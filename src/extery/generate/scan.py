"""The packages of a folder: which there are, and what each one says of itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from extery.core.errors import (
    InvalidManifest,
    InvalidPackage,
    NotFound,
    Problem,
    ProblemList,
    Where,
)
from extery.core.manifest import FILENAME, Manifest
from extery.core.package import open_package

_ENDING = ".zip"


@dataclass(frozen=True)
class ScannedArchive:
    """What a listing needs to know of an archive; no manifest where ``problems`` has errors."""

    name: str
    size: int = 0
    sha256: str = ""
    manifest: Manifest | None = None
    problems: tuple[Problem, ...] = ()


def find_archives(folder: Path, problems: ProblemList) -> list[Path]:
    """The packages directly in ``folder``, sorted by name; hidden files are none.

    Raises `NotFound` if there is no such folder.
    """
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise NotFound.of(
            "generate.folder-missing",
            f"there is no folder {folder}: {error.strerror}",
            hint="give the folder that has the packages, on this computer",
            where=Where(str(folder)),
        ) from error
    return [path for path in paths if _is_archive(path, problems)]


def _is_archive(path: Path, problems: ProblemList) -> bool:
    name = path.name
    if name.startswith(".") or not name.lower().endswith(_ENDING):
        return False
    if path.is_dir():
        problems.add(
            "generate.folder-named-zip",
            f"{name} is a folder and not listed",
            hint="put packages into the folder itself",
            where=Where(str(path)),
        )
        return False
    if not name.endswith(_ENDING):
        problems.add(
            "generate.ending-in-capitals",
            f"{name} is not listed: its name has to end in {_ENDING}",
            hint=f"rename it to {name[: -len(_ENDING)]}{_ENDING}",
            where=Where(str(path)),
        )
        return False
    return True


def read_archive(path: Path) -> ScannedArchive:
    """Read one package: a value that depends on nothing but the file, and never an error.

    So it may run anywhere, in another process too, and be remembered as long as the file stays.
    """
    try:
        _check_name(path)
        with open_package(path) as package:
            manifest = package.manifest
            if not isinstance(manifest.table.get("build", {}), dict):
                raise InvalidPackage.of(
                    "package.build-not-table",
                    "build in the manifest must be a table",
                    hint="write a section [build]",
                    where=Where(package.root + FILENAME, ("build",)),
                )
            return ScannedArchive(path.name, package.size, package.sha256, manifest)
    except (InvalidManifest, InvalidPackage) as error:
        problems = tuple(_in_archive(problem, path) for problem in error.problems)
        return ScannedArchive(path.name, problems=problems)


def _check_name(path: Path) -> None:
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError:
        shown = os.fsencode(path.name).decode("utf-8", "backslashreplace")
        raise InvalidPackage.of(
            "generate.name-not-unicode",
            f"the name of {shown} is not Unicode",
            hint="rename the file",
        ) from None


def _in_archive(problem: Problem, path: Path) -> Problem:
    """The problem with the path of the archive before the place in it."""
    file = os.fsencode(path).decode("utf-8", "backslashreplace")
    if problem.where.file not in ("", path.name):
        file += f"/{problem.where.file}"
    return problem._replace(where=problem.where._replace(file=file))
