"""Check that an entry matches its package: the fields that Blender compares, and those by which people decide."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from extery.core.compatibility import BlenderRange
from extery.core.errors import NotFound, Problem, ProblemList, Where
from extery.core.files import hash_file
from extery.core.text import os_error_text
from extery.core.versions import format_blender_version
from extery.listing.audience import audience_of
from extery.listing.entries import Entry, make_entry
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.rules.blender_verdicts import Refusal
from extery.rules.engine import Scope, check_package

#: Fields by which people decide, and which no program compares. A repository may change name and tags.
_COMPARED_FIELDS = ("type", "permissions", "license")


class Match(NamedTuple):
    """The problems of a package and its entry, and the Blenders that refuse the package."""

    problems: ProblemList
    refusals: tuple[Refusal, ...]


def check_match(item: Entry, path: Path, *, valid_tags: ValidTags | None = None) -> Match:
    """Check the package at ``path`` by the rules for repositories, and compare it with its entry.

    A location without a file is a field of the entry. Raises `NotFound` if the package cannot be read.
    """
    problems = ProblemList()
    sha256, size = _hash_package(path)
    if size != item["archive_size"]:
        problems.add(
            "server.archive-size",
            where=Where(path=("archive_size",)),
            size=size,
            stated=item["archive_size"],
        )
    elif f"sha256:{sha256}" != item["archive_hash"].lower():
        problems.add("server.archive-hash", where=Where(path=("archive_hash",)), sha256=sha256)
    report = check_package(path, name=path.name, scope=Scope.REPOSITORY, valid_tags=valid_tags)
    problems.extend(report.problems)
    manifest = report.installable_manifest
    if manifest is not None:
        actual = make_entry(manifest, archive_url="", archive_size=size, archive_hash=sha256)
        _check_identity(item, actual, problems)
        _check_audience(item, actual, problems)
        _check_metadata(item, actual, problems)
    return Match(problems, report.refusals)


def about_entry(problem: Problem, item: Entry) -> Problem:
    """Return the problem with the id and version of its entry as value ``entry``, which precedes the message."""
    return problem.with_values(entry=f"{item['id']} {item['version']}")


def _hash_package(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of a package; raises `NotFound` if it cannot be read."""
    try:
        # Reading a device or a pipe might never end.
        if path.exists() and not path.is_file():
            raise NotFound.of("server.archive-missing", variant="not-regular", file=path.name)
        return hash_file(path)
    except OSError as error:
        raise NotFound.of(
            "server.archive-missing", file=path.name, reason=os_error_text(error)
        ) from error


def _check_identity(item: Entry, actual: Entry, problems: ProblemList) -> None:
    for key, code in (("id", "server.other-id"), ("version", "server.other-version")):
        if item[key] != actual[key]:
            problems.add(code, where=Where(path=(key,)), stated=item[key], actual=actual[key])


def _check_audience(item: Entry, actual: Entry, problems: ProblemList) -> None:
    """Check that the package supports all systems that the entry states; it may support more."""
    stated, supported = audience_of(item), audience_of(actual)
    if not supported.blender.contains(stated.blender):
        problems.add(
            "server.blender-range-too-wide",
            where=Where(path=("blender_version_min",)),
            variant=_range_variant(stated.blender, supported.blender),
            stated_min=format_blender_version(stated.blender.minimum),
            stated_max=_format_maximum(stated.blender),
            actual_min=format_blender_version(supported.blender.minimum),
            actual_max=_format_maximum(supported.blender),
        )
    if not supported.platforms.contains(stated.platforms):
        problems.add(
            "server.platforms-too-wide",
            where=Where(path=("platforms",)),
            variant="" if item.get("platforms") else "all",
            stated=_join(item.get("platforms")),
            actual=_join(actual.get("platforms")),
        )
    if not supported.pythons.contains(stated.pythons):
        problems.add(
            "server.pythons-too-wide",
            where=Where(path=("python_versions",)),
            variant="" if item.get("python_versions") else "all",
            stated=_join(item.get("python_versions")),
            actual=_join(actual.get("python_versions")),
        )


def _check_metadata(item: Entry, actual: Entry, problems: ProblemList) -> None:
    for field in _COMPARED_FIELDS:
        stated, packaged = item.get(field) or None, actual.get(field) or None
        if not _is_same(stated, packaged):
            problems.add(
                "server.metadata-differs",
                where=Where(path=(field,)),
                field=field,
                stated=repr(stated),
                actual=repr(packaged),
            )


def _is_same(stated: object, packaged: object) -> bool:
    """Return whether two values mean the same: the order of a list does not matter.

    Permissions can be a list of names, the form of early 2024, which has no reasons to compare.
    """
    if isinstance(stated, list) and isinstance(packaged, list | dict):
        return sorted(map(str, stated)) == sorted(map(str, packaged))
    return stated == packaged


def _range_variant(stated: BlenderRange, actual: BlenderRange) -> str:
    """Return the variant of ``server.blender-range-too-wide``: which of the ranges have a maximum."""
    if stated.maximum is None:
        return "" if actual.maximum is None else "actual-max"
    return "stated-max" if actual.maximum is None else "both-max"


def _format_maximum(blender: BlenderRange) -> str:
    return format_blender_version(blender.maximum) if blender.maximum else ""


def _join(names: Iterable[str] | None) -> str:
    return ", ".join(sorted(names or ()))
