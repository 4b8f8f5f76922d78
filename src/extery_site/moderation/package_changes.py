"""What the packages of a version change: lines, files, binaries and hosts, compared with a base version.

Reads stored packages, which takes long: tasks call it, pages read the stored numbers. Only counts
lines; the difference itself is for the review page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from extery.core.errors import ExteryError
from extery.package.archive import Member
from extery.package.reader import Package as OpenPackage
from extery.package.reader import open_package
from extery_site.catalog.models import Package, Version
from extery_site.files import storage

#: Files that are compared by lines; all others count as one changed file without lines.
TEXT_SUFFIXES = (".py", ".xml", ".toml", ".json", ".md", ".txt", ".glsl", ".osl", ".csv", ".cfg")
#: Files that run without being readable.
BINARY_SUFFIXES = (".whl", ".so", ".pyd", ".dll", ".dylib", ".exe", ".pyc", ".bin")
#: Larger files are compared by their checksum only.
MAX_TEXT_BYTES = 1 << 20
#: Maximum number of bytes of text that are read of one package.
MAX_TOTAL_BYTES = 32 << 20
MAX_HOSTS = 50
_HOST = re.compile(rb"https?://([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)")


@dataclass(frozen=True)
class PackageChange:
    """The difference of a version's packages from those of its base version."""

    added: int = 0
    removed: int = 0
    files: int = 0
    new_hosts: tuple[str, ...] = ()
    binaries: int = 0
    """New and changed binaries."""


@dataclass
class _Contents:
    """The files of a package: checksums of all, lines of the texts, and hosts in the Python files."""

    checksums: dict[str, tuple[int, int]]
    lines: dict[str, Counter[bytes]]
    hosts: set[str]


def base_version(version: Version) -> Version | None:
    """Return the approved version to compare with: the next older one, else the newest."""
    approved = version.extension.versions.approved().exclude(pk=version.pk).newest_first()
    older: Version | None = approved.filter(sort_key__lt=version.sort_key).first()
    return older or approved.first()


def measure(version: Version, base: Version | None) -> PackageChange:
    """Compare a package of ``version`` with the one of ``base`` for the same platforms.

    Binaries and hosts are those of all packages. A package that cannot be read counts as empty:
    an approval reports it.
    """
    new = _read_all(version)
    old = _read_all(base) if base is not None else {}
    if not new:
        return PackageChange()
    key = next(iter(new))
    before = old.get(key) or next(iter(old.values()), None) or _Contents({}, {}, set())
    added, removed, files = _compare(before, new[key])
    known_hosts = {host for contents in old.values() for host in contents.hosts}
    hosts = {host for contents in new.values() for host in contents.hosts} - known_hosts
    return PackageChange(
        added=added,
        removed=removed,
        files=files,
        new_hosts=tuple(sorted(hosts)[:MAX_HOSTS]),
        binaries=len(_binaries(new) - _binaries(old)),
    )


def _read_all(version: Version) -> dict[tuple[str, ...], _Contents]:
    """Return the contents of each package of a version by its platforms."""
    packages = version.packages.select_related("file").order_by("pk")
    return {
        tuple(package.platforms): contents
        for package in packages
        if (contents := _read(package)) is not None
    }


def _read(package: Package) -> _Contents | None:
    try:
        with storage.open_file(package.file) as file, open_package(file) as opened:
            return _read_contents(opened)
    except (OSError, ExteryError):
        return None


def _read_contents(opened: OpenPackage) -> _Contents:
    contents = _Contents({}, {}, set())
    left = MAX_TOTAL_BYTES
    for name, member in _files(opened):
        contents.checksums[name] = (member.crc, member.size)
        if not name.endswith(TEXT_SUFFIXES) or member.size > min(MAX_TEXT_BYTES, left):
            continue
        left -= member.size
        data = opened.read_file(name, limit=MAX_TEXT_BYTES)
        contents.lines[name] = Counter(data.splitlines())
        if name.endswith(".py"):
            contents.hosts |= set(find_hosts(data))
    return contents


def _files(opened: OpenPackage) -> Iterator[tuple[str, Member]]:
    for name in opened.names:
        yield name, opened.by_name[opened.root + name]


def find_hosts(source: bytes) -> Iterator[str]:
    """Yield the hosts of the web addresses in Python source, without those in comments."""
    for line in source.splitlines():
        if not line.lstrip().startswith(b"#"):
            for match in _HOST.finditer(line):
                yield match[1].decode("ascii").lower()


def _compare(old: _Contents, new: _Contents) -> tuple[int, int, int]:
    """Return the numbers of added and removed lines and of changed files."""
    added = removed = files = 0
    for name in old.checksums.keys() | new.checksums.keys():
        if old.checksums.get(name) == new.checksums.get(name):
            continue
        files += 1
        before, after = old.lines.get(name, Counter()), new.lines.get(name, Counter())
        added += (after - before).total()
        removed += (before - after).total()
    return added, removed, files


def _binaries(packages: dict[tuple[str, ...], _Contents]) -> set[tuple[str, int, int]]:
    return {
        (name, *checksum)
        for contents in packages.values()
        for name, checksum in contents.checksums.items()
        if name.lower().endswith(BINARY_SUFFIXES)
    }
