"""Check that an entry matches its package: what Blender compares, and what people decide by."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from extery.core.errors import NotFound, Problem, ProblemList, Where
from extery.core.files import hash_file
from extery.listing.audience import audience_of
from extery.listing.entries import Entry, make_entry
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.rules.engine import Scope, check_package

#: Fields that people decide by and no program compares. A repository may change name and tags.
_COMPARED_FIELDS = ("type", "permissions", "license")


def check_match(item: Entry, path: Path, *, valid_tags: ValidTags | None = None) -> ProblemList:
    """Check the package at ``path`` by the rules for repositories, and compare it with its entry.

    A place without a file is a field of the entry. Raises `NotFound` if the package cannot be read.
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
    return problems


def about_entry(problem: Problem, item: Entry) -> Problem:
    """Return the problem with the id and version of its entry, in its message and as value ``entry``."""
    name = f"{item['id']} {item['version']}"
    values = sorted({**dict(problem.values), "entry": name}.items())
    return problem._replace(message=f"{name}: {problem.message}", values=tuple(values))


def _hash_package(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of a package; raises `NotFound` if it cannot be read."""
    try:
        # Reading a device or a pipe might never end.
        if path.exists() and not path.is_file():
            raise NotFound.of("server.archive-missing", variant="not-regular", file=path.name)
        return hash_file(path)
    except OSError as error:
        raise NotFound.of(
            "server.archive-missing", file=path.name, reason=error.strerror or str(error)
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
            stated=str(stated.blender),
            actual=str(supported.blender),
        )
    if not supported.platforms.contains(stated.platforms):
        problems.add(
            "server.platforms-too-wide",
            where=Where(path=("platforms",)),
            stated=_join(item.get("platforms")),
            actual=_join(actual.get("platforms")),
        )
    if not supported.pythons.contains(stated.pythons):
        problems.add(
            "server.pythons-too-wide",
            where=Where(path=("python_versions",)),
            stated=_join(item.get("python_versions")),
            actual=_join(actual.get("python_versions")),
        )


def _check_metadata(item: Entry, actual: Entry, problems: ProblemList) -> None:
    for field in _COMPARED_FIELDS:
        stated, real = item.get(field) or None, actual.get(field) or None
        if stated != real:
            problems.add(
                "server.metadata-differs",
                where=Where(path=(field,)),
                field=field,
                stated=repr(stated),
                actual=repr(real),
            )


def _join(names: Iterable[str] | None) -> str:
    return ", ".join(sorted(names)) if names else "all"
