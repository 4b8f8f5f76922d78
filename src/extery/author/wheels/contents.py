"""The wheels in a package, and what each states and contains: name, licence, modules, native files.

Nothing of a wheel is run or installed. Only its directory of files, its metadata and, if these state no licence, its licence
texts are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, Self, get_args

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.text import clean_message
from extery.package import Archive, Member, Package, open_archive
from extery.package.archive import MAX_MEMBERS
from extery.package.size_limits import Limits, check_sizes

if TYPE_CHECKING:
    from email.message import Message

#: Modules and native files of one wheel that are listed.
MAX_LISTED = 200
_MAX_NAMES = 20
_MAX_HEADER = 1_000
#: Bytes of a member in the headers of a zip, at least.
_BYTES_PER_MEMBER = 76
#: What old tools write for a licence that is not stated.
_NOTHING = frozenset({"", "unknown", "none"})

License = Literal["compatible", "incompatible", "unknown", "not_stated"]


class BundledFile(NamedTuple):
    """A wheel in a package or folder. ``path`` is relative to the manifest, ``size`` is in bytes.

    ``sha256`` computes the hash (64 lower-case hex digits), ``open`` opens the wheel as a seekable file. Both raise
    `InvalidPackage`.
    """

    path: str
    size: int
    sha256: Callable[[], str]
    open: Callable[[], AbstractContextManager[BinaryIO]]

    @property
    def filename(self) -> str:
        return self.path.rpartition("/")[2]


class WheelFacts(NamedTuple):
    """What a wheel states and contains. Texts are on one line, bounded and empty if they are not stated.

    ``license`` is an SPDX expression, or empty; then ``license_names`` are the other names that the metadata give.
    ``compatibility`` is that of the licence with the GPL. ``modules`` are the names that code imports, ``native_files`` paths
    in the wheel, both at most `MAX_LISTED`. ``files`` and ``unpacked`` (bytes) are those of the whole wheel. ``error`` says why
    the wheel cannot be read; all else is empty then.
    """

    name: str = ""
    version: str = ""
    summary: str = ""
    license: str = ""
    license_names: tuple[str, ...] = ()
    compatibility: License = "unknown"
    requires_python: str = ""
    modules: tuple[str, ...] = ()
    native_files: tuple[str, ...] = ()
    files: int = 0
    unpacked: int = 0
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self._asdict().items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the facts of which ``data`` is `as_dict`; unknown names are ignored."""
        known: dict[str, Any] = {name: data[name] for name in cls._fields if name in data}
        for name in ("license_names", "modules", "native_files"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)


def check_facts(facts: WheelFacts) -> WheelFacts:
    """Return the facts if their values have the right types; raises `ValueError` for others, of a process that was taken over."""
    for name, default in WheelFacts._field_defaults.items():
        value = getattr(facts, name)
        texts = value if isinstance(value, tuple) else ()
        if type(value) is not type(default) or not all(isinstance(text, str) for text in texts):
            raise ValueError(name)
        if isinstance(value, str | tuple):
            "".join(value).encode()  # half a surrogate pair cannot be stored
    if facts.compatibility not in get_args(License):
        raise ValueError("compatibility")
    return facts


def wheels_in(
    package: Package, *, checkpoint: Callable[[], None] = lambda: None
) -> Iterator[BundledFile]:
    """Yield all wheels of a package, listed in its manifest or not, in the order of their paths.

    Raises `InvalidPackage` if the package is so large that reading it would take minutes or gigabytes.
    """
    problems = ProblemList()
    check_sizes(package.members, package.size, problems, Where(package.name))
    if problems:
        raise InvalidPackage(*problems)
    try:
        root = package.root
    except InvalidPackage:  # a wheel is a wheel, also without a manifest
        root = ""
    members = [member for member in package.members if _is_wheel(member)]
    for member in sorted(members, key=lambda member: member.name):
        yield _bundled(package, member, root, checkpoint)


def _is_wheel(member: Member) -> bool:
    return member.name.lower().endswith(".whl")


def _bundled(
    package: Package, member: Member, root: str, checkpoint: Callable[[], None]
) -> BundledFile:
    def sha256() -> str:
        digest = hashlib.sha256()
        for block in package.blocks(member):
            checkpoint()
            digest.update(block)
        return digest.hexdigest()

    return BundledFile(
        member.name.removeprefix(root), member.size, sha256, lambda: package.open_seekable(member)
    )


class Reader:
    """Reads wheels within limits that apply to all wheels of a package together."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._members = 0

    def read(self, wheel: BundledFile) -> WheelFacts:
        """Return what a wheel states and contains; one that cannot be read has an ``error``.

        Once there are too many files in the wheels, the others are not opened.
        """
        # What a wheel that cannot be opened has cost at most.
        most = min(MAX_MEMBERS, wheel.size // _BYTES_PER_MEMBER)
        try:
            self._check_budget(wheel)
            with wheel.open() as file, open_archive(file, name=wheel.filename) as archive:
                self._members += len(archive.members)
                most = 0
                self._check_budget(wheel)
                self._check_sizes(archive)
                return read_facts(archive)
        except InvalidPackage as error:
            self._members += most
            return WheelFacts(error=clean_message(str(error)))

    def _check_budget(self, wheel: BundledFile) -> None:
        if self._members > (limit := self.limits.members_together):
            raise InvalidPackage.of(
                "package.too-many-members",
                where=Where(wheel.filename),
                variant="together",
                limit=limit,
            )

    def _check_sizes(self, archive: Archive) -> None:
        problems, where = ProblemList(), Where(archive.name)
        check_sizes(archive.members, archive.size, problems, where, self.limits, wheel=archive.name)
        if problems:
            raise InvalidPackage(*problems)


def read_facts(wheel: Archive) -> WheelFacts:
    """Return what a wheel states and contains; raises `InvalidPackage` if its metadata are damaged."""
    from extery.rules.wheel_licenses import read_headers, stated_license

    headers = read_headers(wheel)
    license_ = stated_license(wheel)
    names = [member.name for member in wheel.members if not member.is_folder]
    facts = WheelFacts(
        compatibility=license_.verdict if license_ else "not_stated",
        modules=tuple(modules_of(names)[:MAX_LISTED]),
        native_files=tuple(_native_files(names)[:MAX_LISTED]),
        files=len(names),
        unpacked=wheel.unpacked_size,
    )
    if headers is None:
        return facts
    expression, others = _licenses(headers)
    return facts._replace(
        name=_header(headers, "Name"),
        version=_header(headers, "Version"),
        summary=_header(headers, "Summary"),
        license=expression,
        license_names=others,
        requires_python=_header(headers, "Requires-Python"),
    )


def _header(headers: Message, name: str) -> str:
    return clean_message(str(headers.get(name, ""))[:_MAX_HEADER])


def _licenses(headers: Message) -> tuple[str, tuple[str, ...]]:
    """Return the SPDX expression of the metadata, or the names of the licences that they give otherwise."""
    from extery.core.licenses import canonical_expression
    from extery.rules.wheel_licenses import MAX_CLASSIFIERS

    text = str(headers.get("License", "")).strip()
    for value in (str(headers.get("License-Expression", "")).strip(), text):
        if value and (expression := canonical_expression(value)):
            return expression, ()
    names = []
    for classifier in headers.get_all("Classifier", [])[:MAX_CLASSIFIERS]:
        parts = str(classifier).split(" :: ")
        if parts[0] == "License" and parts[-1] not in ("License", "OSI Approved"):
            names.append(_first_line(parts[-1]))
    # The first line of a whole licence text says less than a classifier.
    if text.lower() not in _NOTHING and ("\n" not in text or not names):
        names.insert(0, _first_line(text))
    return "", tuple(dict.fromkeys(name for name in names if name))[:_MAX_NAMES]


def _first_line(text: str) -> str:
    return clean_message(text[:_MAX_HEADER].partition("\n")[0])


def modules_of(names: Sequence[str]) -> list[str]:
    """Return the modules and packages at the top of a wheel, sorted."""
    found = set()
    for name in names:
        top, slash, rest = name.partition("/")
        if top.endswith(".data") and slash:
            kind, _, rest = rest.partition("/")
            if kind not in ("purelib", "platlib"):
                continue
            top, slash, _ = rest.partition("/")
        if top.endswith((".dist-info", ".data", ".libs")):
            continue
        module = top if slash else _module_of_file(top)
        if module.isidentifier():
            found.add(module)
    return sorted(found)


def _module_of_file(name: str) -> str:
    """Return the module of a file at the top; empty for other files."""
    return name.partition(".")[0] if name.endswith((".py", ".so", ".pyd")) else ""


def _native_files(names: Sequence[str]) -> list[str]:
    from extery.rules.file_kinds import is_library

    return sorted(name for name in names if is_library(name))
