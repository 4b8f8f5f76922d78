"""``repo.json``: the listing of 2017's package manager, for add-ons from before Blender 4.2.

It names each add-on by the ``bl_info`` in its source, with the address of its file and the names
that it installs. Clients tell packages apart by name and version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from extery.core.errors import ExteryError, InvalidInput, Problem, ProblemList, Where
from extery.package import Package, open_package
from extery.repository.legacy.bl_info import read_bl_info

_LISTING = "repo.json"
_SOURCE_BYTES = 4 << 20


@dataclass(frozen=True)
class Legacy:
    """The bytes of ``repo.json``, and the names of the files that are add-ons of old."""

    data: bytes
    taken: frozenset[str]


def candidates(folder: Path) -> list[Path]:
    """The files of a folder that may be add-ons of old, sorted by name."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix in (".py", ".zip") and not path.name.startswith(".") and path.is_file()
    )


def fingerprint(folder: Path) -> list[tuple[str, int, int, int]]:
    """The single files among them as their folder shows them: the same while they are unchanged."""
    scripts = [(path, path.stat()) for path in candidates(folder) if path.suffix == ".py"]
    return [(path.name, about.st_size, about.st_mtime_ns, about.st_ino) for path, about in scripts]


def legacy_listing(folder: Path, *, base_url: str, name: str, problems: ProblemList) -> Legacy:
    """List the ``.py`` files and zips of a folder that have a ``bl_info``, extensions among them.

    A file whose ``bl_info`` cannot be used is a problem, and the others are listed. The addresses of
    packages are ``base_url`` and the file's name; ``name`` is the repository's, by default the last part
    of ``base_url``.
    """
    base = base_url if base_url.endswith("/") else f"{base_url}/"
    packages = []
    taken = set()
    for path in candidates(folder):
        try:
            found = _read(path)
        except ExteryError as error:
            problems.extend(_below(folder, problem) for problem in error.problems)
            taken.add(path.name)
            continue
        if found is not None:
            bl_info, files = found
            taken.add(path.name)
            url = base + quote(path.name)
            packages.append({"bl_info": bl_info, "files": files, "url": url})
    packages.sort(key=_order)
    parts = urlsplit(base)
    name = name or unquote(parts.path.strip("/").rpartition("/")[2]) or parts.netloc
    document = {"name": name, "packages": packages, "url": base + _LISTING}
    data = json.dumps(document, separators=(",", ":"), sort_keys=True).encode("ascii")
    return Legacy(data, frozenset(taken))


def _order(package: dict[str, Any]) -> tuple[str, list[int], str]:
    info = package["bl_info"]
    return info["name"].lower(), info["version"], package["url"]


def _read(path: Path) -> tuple[dict[str, Any], list[str]] | None:
    """The ``bl_info`` of a file and the names that it installs; ``None`` if it is no add-on of old."""
    if path.suffix == ".py":
        bl_info = read_bl_info(_source(path), file=path.name)
        return None if bl_info is None else (bl_info, [path.name])
    try:
        with open_package(path) as package:
            return _in_zip(package, path.name)
    except InvalidInput as error:
        if any(problem.code.startswith("generate.") for problem in error.problems):
            raise
        # What is no readable zip is told by the listing of extensions.
        return None


def _source(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _limited(file.read(_SOURCE_BYTES + 1), path.name)
    except OSError as error:
        raise InvalidInput.of(
            "generate.bl-info-unreadable",
            f"{path.name} cannot be read: {error.strerror}",
            hint="check the file, then generate again",
            where=Where(path.name),
        ) from error


def _limited(source: bytes, name: str) -> bytes:
    if len(source) > _SOURCE_BYTES:
        raise InvalidInput.of(
            "generate.bl-info-unreadable",
            f"{name} is larger than {_SOURCE_BYTES:,} bytes",
            hint="a module of this size is data; put that beside it",
            where=Where(name),
        )
    return source


def _in_zip(package: Package, name: str) -> tuple[dict[str, Any], list[str]] | None:
    names = [member.name for member in package.members if not member.is_folder]
    for member in _modules(names):
        with package.open(package.by_name[member]) as file:
            source = _limited(file.read(_SOURCE_BYTES + 1), f"{name}/{member}")
        bl_info = read_bl_info(source, file=f"{name}/{member}")
        if bl_info is not None:
            return bl_info, _installed(names)
    return None


def _modules(names: list[str]) -> Iterator[str]:
    """Where a zip may have its ``bl_info``: in folders at its top, or in modules there.

    An ``__init__.py`` at the top is none: a client would put it between the add-ons, not into one.
    """
    yield from sorted(n for n in names if n.count("/") == 1 and n.endswith("/__init__.py"))
    yield from sorted(n for n in names if "/" not in n and n.endswith(".py") and n != "__init__.py")


def _installed(names: list[str]) -> list[str]:
    """The files and folders at the top of a zip: these are what a client puts beside its add-ons."""
    return sorted({name.partition("/")[0] for name in names})


def _below(folder: Path, problem: Problem) -> Problem:
    return problem._replace(where=problem.where._replace(file=str(folder / problem.where.file)))
