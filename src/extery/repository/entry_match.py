"""Whether an entry and its package agree, in what Blender compares and in what people decide by."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extery.core.errors import NotFound, Problem, ProblemList, Where
from extery.core.files import hash_file
from extery.listing.audience import audience_of
from extery.listing.entries import Entry, entry
from extery.rules.engine import Scope, check_package

#: What people decide by, and no program compares. A name or tags a repository may well change.
_DESCRIBING = ("type", "permissions", "license")


def check_agreement(item: Entry, path: Path) -> Iterator[Problem]:
    """What is wrong with the package at ``path`` as the package of the entry.

    Places without a file are fields of the entry. Raises `NotFound` if there is no file.
    """
    problems = ProblemList()
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe: reading it may have no end.
            raise OSError(errno.EINVAL, "it is no file")
        digest, size = hash_file(path)
    except OSError as error:
        raise NotFound.of(
            "server.archive-missing",
            f"there is no package {path.name}: {error.strerror}",
            hint="put it back, or generate the listing again",
        ) from error
    if size != item["archive_size"]:
        problems.add(
            "server.archive-size",
            f"the package has {size:,} bytes, its entry says {item['archive_size']:,}",
            hint="generate the listing again",
            where=Where(path=("archive_size",)),
        )
    elif f"sha256:{digest}" != item["archive_hash"].lower():
        problems.add(
            "server.archive-hash",
            f"the package's SHA-256 is {digest}",
            hint="generate the listing again",
            where=Where(path=("archive_hash",)),
        )
    report = check_package(path, name=path.name, scope=Scope.REPOSITORY)
    problems.extend(report.problems)
    if report.installable_manifest is not None:
        own = entry(
            report.installable_manifest, archive_url="", archive_size=size, archive_hash=digest
        )
        _check_identity(item, own, problems)
        _check_reach(item, own, problems)
        _check_description(item, own, problems)
    yield from problems


def _check_description(item: Entry, own: Entry, problems: ProblemList) -> None:
    for key in _DESCRIBING:
        said, real = item.get(key) or None, own.get(key) or None
        if said != real:
            problems.add(
                "server.metadata-differs",
                f"{key} is {said!r}, in the package {real!r}",
                hint="generate the listing again",
                where=Where(path=(key,)),
            )


def _check_identity(item: Entry, own: Entry, problems: ProblemList) -> None:
    for key, code in (("id", "server.other-id"), ("version", "server.other-version")):
        if item[key] != own[key]:
            problems.add(
                code,
                f"{key} is {item[key]!r}, in the package {own[key]!r}",
                hint="generate the listing again",
                where=Where(path=(key,)),
            )


def _check_reach(item: Entry, own: Entry, problems: ProblemList) -> None:
    """An entry may promise less than its package can do, and never more."""
    promised, real = audience_of(item), audience_of(own)
    if not real.blender.contains(promised.blender):
        problems.add(
            "server.blender-range-too-wide",
            f"Blender versions are {promised.blender}, those of the package {real.blender}",
            hint="promise no more than the package's own versions",
            where=Where(path=("blender_version_min",)),
        )
    if not real.platforms.contains(promised.platforms):
        problems.add(
            "server.platforms-too-wide",
            f"platforms are {_shown(item.get('platforms'))}, those of the package {_shown(own.get('platforms'))}",
            hint="promise no more than the package's own platforms",
            where=Where(path=("platforms",)),
        )
    if not real.pythons.contains(promised.pythons):
        problems.add(
            "server.pythons-too-wide",
            f"Pythons are {_shown(item.get('python_versions'))}, those of the package {_shown(own.get('python_versions'))}",
            hint="promise no more than the Pythons of the package's wheels",
            where=Where(path=("python_versions",)),
        )


def _shown(values: Any) -> str:
    return ", ".join(sorted(values)) if values else "all"
