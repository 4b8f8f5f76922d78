"""``repo.json``: the listing of the package manager of 2017, for add-ons from before Blender 4.2.

It has the ``bl_info`` of each add-on, the URL of its file, and the names that it installs. Clients identify
packages by name and version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from extery.core.errors import ExteryError, InvalidInput, Problem, ProblemList, Where
from extery.core.text import os_error_text
from extery.package import Package, open_package
from extery.repository.legacy.bl_info import read_bl_info
from extery.repository.ownership import dump_legacy
from extery.repository.write import LEGACY_LISTING

_MAX_SOURCE_BYTES = 4 << 20


@dataclass(frozen=True)
class LegacyListing:
    """The bytes of ``repo.json``, and the names of the files that are legacy add-ons."""

    data: bytes
    files: frozenset[str]


def candidates(folder: Path) -> list[Path]:
    """Return the files of a folder that may be legacy add-ons, sorted by name."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in (".py", ".zip") and not path.name.startswith(".") and path.is_file()
    )


def script_files(folder: Path) -> list[tuple[str, int, int, int]]:
    """Return name, size, time and inode of the single-file candidates, to detect changes."""
    scripts = [(path, path.stat()) for path in candidates(folder) if path.suffix == ".py"]
    return [(path.name, s.st_size, s.st_mtime_ns, s.st_ino) for path, s in scripts]


def legacy_listing(
    folder: Path, *, base_url: str, name: str, problems: ProblemList
) -> LegacyListing:
    """List the ``.py`` files and zips of a folder that have a ``bl_info``, extensions among them.

    A file whose ``bl_info`` cannot be used adds a problem, and the others are listed. The URLs of packages are
    ``base_url`` and the file's name; ``name`` is the name of the repository, by default the last part of
    ``base_url``.
    """
    base = base_url if base_url.endswith("/") else f"{base_url}/"
    packages = []
    files = set()
    for path in candidates(folder):
        try:
            add_on = _read(path)
        except ExteryError as error:
            problems.extend(_in_folder(folder, problem) for problem in error.problems)
            files.add(path.name)
            continue
        if add_on is not None:
            bl_info, installed = add_on
            files.add(path.name)
            url = base + quote(path.name)
            packages.append({"bl_info": bl_info, "files": installed, "url": url})
    packages.sort(key=_order)
    parts = urlsplit(base)
    name = name or unquote(parts.path.strip("/").rpartition("/")[2]) or parts.netloc
    document = {"name": name, "packages": packages, "url": base + LEGACY_LISTING}
    return LegacyListing(dump_legacy(document), frozenset(files))


def _order(package: dict[str, Any]) -> tuple[str, list[int], str]:
    info = package["bl_info"]
    return info["name"].lower(), info["version"], package["url"]


def _read(path: Path) -> tuple[dict[str, Any], list[str]] | None:
    """Return the ``bl_info`` of a file and the names that it installs; ``None`` if it has none."""
    if path.suffix == ".py":
        bl_info = read_bl_info(_source(path), file=path.name)
        return None if bl_info is None else (bl_info, [path.name])
    try:
        with open_package(path) as package:
            return _in_zip(package, path.name)
    except InvalidInput as error:
        if any(problem.code.startswith("generate.") for problem in error.problems):
            raise
        # Unreadable zips are reported by the listing of extensions.
        return None


def _source(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _limited(file.read(_MAX_SOURCE_BYTES + 1), path.name)
    except OSError as error:
        raise InvalidInput.of(
            "generate.bl-info-unreadable",
            where=Where(path.name),
            file=path.name,
            reason=os_error_text(error),
        ) from error


def _limited(source: bytes, name: str) -> bytes:
    if len(source) > _MAX_SOURCE_BYTES:
        raise InvalidInput.of(
            "generate.bl-info-unreadable",
            where=Where(name),
            variant="too-large",
            file=name,
            limit=_MAX_SOURCE_BYTES,
        )
    return source


def _in_zip(package: Package, name: str) -> tuple[dict[str, Any], list[str]] | None:
    names = [member.name for member in package.members if not member.is_folder]
    for member in _modules(names):
        with package.open(package.by_name[member]) as file:
            source = _limited(file.read(_MAX_SOURCE_BYTES + 1), f"{name}/{member}")
        bl_info = read_bl_info(source, file=f"{name}/{member}")
        if bl_info is not None:
            return bl_info, _installed(names)
    return None


def _modules(names: list[str]) -> Iterator[str]:
    """Yield the modules of a zip that may have the ``bl_info``: packages and modules at its top level.

    A top-level ``__init__.py`` is skipped: a client would install it into the folder of all add-ons.
    """
    yield from sorted(n for n in names if n.count("/") == 1 and n.endswith("/__init__.py"))
    yield from sorted(n for n in names if "/" not in n and n.endswith(".py") and n != "__init__.py")


def _installed(names: list[str]) -> list[str]:
    """Return the top-level names of a zip, which a client installs into the folder of add-ons."""
    return sorted({name.partition("/")[0] for name in names})


def _in_folder(folder: Path, problem: Problem) -> Problem:
    return problem._replace(where=problem.where._replace(file=str(folder / problem.where.file)))
