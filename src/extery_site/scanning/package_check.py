"""Check a package by the rules of ``extery check``, in isolation: at its upload, and in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple, TypeVar

from django.conf import settings

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.isolation.limits import NO_FILES, Limits, ProcessEnded, Reason, Reply
from extery.isolation.replies import MALFORMED, read_problem
from extery.manifest.document import Manifest
from extery.package.changelog import MAX_SECTION
from extery.rules.blender_verdicts import Refusal
from extery_site.project.isolation import call_isolated

ValueT = TypeVar("ValueT")
#: What a check may take, beside temporary files. Reading a package of 200 MB takes a few seconds and 100 MB.
_LIMITS = Limits(memory=600_000_000, seconds=120.0, cpu_seconds=60, output=16_000_000)


class PackageCheck(NamedTuple):
    """The result of a check; ``manifest`` is ``None`` if it could not be read or is invalid.

    ``peak_memory`` is that of the process of the check, in bytes.
    """

    problems: ProblemList
    manifest: Manifest | None = None
    refusals: tuple[Refusal, ...] = ()
    peak_memory: int = 0
    notes: tuple[str, str] = ("", "")
    """The name of its changelog, and the section of the version in it."""


def check_package(file: BinaryIO, name: str) -> PackageCheck:
    """Check a package, whose file has that name, by the rules of an upload.

    A package that is too much for the process of the check has a problem. Raises `Unavailable` if it could not be made.
    """
    arguments = {"name": name, "profile": settings.EXTERY_GUIDELINES}
    try:
        return _read(call_isolated("check-package", file, arguments, _limits(processes=True)))
    except ProcessEnded as ended:
        return PackageCheck(ended_problems(ended.reason, name), peak_memory=ended.peak_memory)
    except MALFORMED:
        return PackageCheck(ended_problems("crash", name))


def read_isolated(
    function: str,
    file: BinaryIO,
    name: str,
    *,
    read: Callable[[Any], ValueT],
    arguments: Mapping[str, Any] = MappingProxyType({}),
    files: Mapping[str, BinaryIO] = NO_FILES,
    limits: Limits | None = None,
    processes: bool = False,
) -> ValueT:
    """Return what ``read`` makes of the value that an isolated function returns for a package.

    ``processes``: whether it parses code, in a process of its own. ``read`` raises one of `MALFORMED` for a value that the function would not return. Raises `InvalidPackage` for a package that the
    function refuses or that is too much for it, and `Unavailable`.
    """
    try:
        given = {"name": name, **arguments}
        limits = limits or _limits(processes=processes)
        return read(call_isolated(function, file, given, limits, files=files).value)
    except ProcessEnded as ended:
        raise InvalidPackage(*ended_problems(ended.reason, name)) from ended
    except MALFORMED as error:
        raise InvalidPackage(*ended_problems("crash", name)) from error


def _limits(*, processes: bool) -> Limits:
    # A wheel in a package is unpacked to a temporary file.
    disk = max(_LIMITS.disk, 2 * settings.EXTERY_MAX_UPLOAD)
    return _LIMITS._replace(disk=disk, processes=processes)


def _read(reply: Reply) -> PackageCheck:
    value: dict[str, Any] = reply.value
    table = value["table"]
    return PackageCheck(
        ProblemList(map(read_problem, value["problems"])),
        None if table is None else Manifest.from_table(table),
        tuple(_refusal(**refusal) for refusal in value["refusals"]),
        reply.peak_memory,
        _text_pair(value.get("notes", ("", ""))),
    )


def _text_pair(value: Any) -> tuple[str, str]:
    first, second = value
    for text in (first, second):
        text.encode()  # half a surrogate pair cannot be stored or shown
    return str(first)[:100], str(second).replace("\0", "")[:MAX_SECTION]


def _refusal(*, series: list[str], codes: list[str], message: str, more: int) -> Refusal:
    return Refusal(tuple(map(str, series)), tuple(map(str, codes)), str(message), int(more))


def ended_problems(reason: Reason, name: str) -> ProblemList:
    """Return the problem of a package, whose file has that name, that was too much for a process that opened it."""
    problems = ProblemList()
    problems.add("scan.check-ended", where=Where(name), variant=reason, package=name)
    return problems
