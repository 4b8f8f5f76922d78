"""What the source search reads of packages in isolation. Imports no Django: see `extery_site.project.isolation`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from extery.package.reader import open_package
from extery_site.source_search.reading import read_package


def texts(file: BinaryIO, *, name: str) -> tuple[dict[str, Any], bytes]:
    """Return the files of a package that are texts, and the text of each, once. Raises `InvalidPackage`.

    ``files`` are path, SHA-256 and size; ``lengths`` are bytes of the texts, which follow each other in their order.
    """
    with open_package(file, name=name) as package:
        read = read_package(package)
    encoded = {one.sha256: one.text.encode() for one in read.files}
    value = {
        "files": [[one.path, one.sha256, one.size] for one in read.files],
        "bundled": sorted(read.bundled),
        "limits": read.limits,
        "lengths": {sha256: len(data) for sha256, data in encoded.items()},
    }
    return value, b"".join(encoded.values())


def symbols(file: BinaryIO, *, name: str, numbers: list[int]) -> Iterator[dict[str, Any]]:
    """Yield the symbols of files of a package, by their numbers in ``files`` of `texts`. Raises `InvalidPackage`."""
    with open_package(file, name=name) as package:
        files = read_package(package).files
    for number in numbers:
        found = files[number].read_symbols()
        yield {
            "found": [[kind, of, *place] for (kind, of), place in found.found.items()],
            "is_parsed": found.is_parsed,
            "note": found.note,
        }
