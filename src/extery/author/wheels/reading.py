"""Open the wheels of a package: their hashes, and what some of them contain. Imports nothing that uses a network.

`extery.author.wheels.report` makes a report of what these functions return; servers call them in a process that has no network.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import BinaryIO, NamedTuple

from extery.author.wheels.contents import BundledFile, Reader, WheelFacts, wheels_in
from extery.core.errors import InvalidPackage, Where
from extery.package import open_package

#: Wheels of a package that are looked at; the largest public add-on has 120.
MAX_WHEELS = 2_000


class HashedWheel(NamedTuple):
    """A wheel of a package before it is opened. ``path`` is relative to the manifest, ``size`` is in bytes."""

    path: str
    size: int
    sha256: str


def hash_wheels(package_file: BinaryIO, *, name: str = "") -> list[HashedWheel]:
    """Return the wheels of a package, in the order of their paths; opens none.

    Raises `InvalidPackage` if the package cannot be opened, or has too many wheels.
    """
    with open_package(package_file, name=name) as package:
        return [wheel for _, wheel in hashed_files(package.name, wheels_in(package))]


def read_facts(
    package_file: BinaryIO, numbers: Collection[int], *, name: str = ""
) -> Iterator[WheelFacts]:
    """Yield what wheels of a package state and contain: those with these numbers, in the order of `hash_wheels`."""
    reader = Reader()
    with open_package(package_file, name=name) as package:
        for number, file in enumerate(wheels_in(package)):
            if number in numbers:
                yield reader.read(file)


def hashed_files(
    name: str, files: Iterable[BundledFile]
) -> Iterator[tuple[BundledFile, HashedWheel]]:
    """Yield wheels with their hashes; ``name`` is that of the package. Raises `InvalidPackage` for too many."""
    for number, file in enumerate(files):
        if number >= MAX_WHEELS:
            raise InvalidPackage.of(
                "library.too-many", where=Where(name), variant="wheels", file=name, limit=MAX_WHEELS
            )
        yield file, HashedWheel(file.path, file.size, file.sha256())
