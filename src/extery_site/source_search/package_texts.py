"""The texts of a stored package and their symbols, which isolated processes read (`extery_site.source_search.isolated`)."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from extery.isolation.limits import Limits, ProcessEnded
from extery.isolation.replies import MALFORMED
from extery_site.catalog.stored_values import without_nul
from extery_site.project.isolation import call_isolated, stream_isolated
from extery_site.source_search.reading import MAX_BUNDLED, MAX_LIMITS, MAX_PATH_LENGTH
from extery_site.source_search.symbols import MAX_NAME_LENGTH, MAX_SYMBOLS, SymbolKind, Symbols
from extery_site.source_search.texts import MAX_FILES

logger = logging.getLogger(__name__)

#: Reading takes a minute at most, beside wheels; the texts have 24 MB, their names and limits less than half of it.
_TEXT_LIMITS = Limits(memory=400_000_000, seconds=180.0, cpu_seconds=120, output=40_000_000)
#: Parsing a file takes a second at most.
_SYMBOL_LIMITS = Limits(memory=500_000_000, seconds=400.0, cpu_seconds=300, output=300_000_000)
#: Files of a package that may end the process which parses them: the others have their symbols.
_MAX_ENDS = 3
_MAX_NOTE, _MAX_LIMIT = 200, 1_000
_MAX_NUMBER = (1 << 31) - 1
_SHA256 = re.compile("[0-9a-f]{64}")
_NOT_READ = "Reading it took too much memory or time: only its text is in the index."


@dataclass(frozen=True)
class TextFile:
    """A text of a package; ``number`` is that of the isolated function that reads its symbols."""

    number: int
    path: str
    sha256: str
    size: int


@dataclass
class PackageTexts:
    """The texts of a package by their SHA-256, and sentences about what was left out."""

    files: list[TextFile] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    bundled: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


def read_texts(file: BinaryIO, name: str) -> PackageTexts:
    """Return the texts of a package; one that is too much for its process has none, and says so.

    Raises `InvalidPackage` for a package that cannot be opened, and `Unavailable`.
    """
    try:
        reply = call_isolated("source-texts", file, {"name": name}, _TEXT_LIMITS)
        return _texts(reply.value, reply.data)
    except (ProcessEnded, *MALFORMED) as error:
        logger.warning("the package %s is not in the source index: %s", name, error)
        return PackageTexts(limits=["The package is not searched: reading it takes too much."])


def read_symbols(file: BinaryIO, name: str, files: Mapping[str, TextFile]) -> dict[str, Symbols]:
    """Return the symbols of texts of a package by their SHA-256. A text that is too much for the process has none, and says so.

    Raises what `read_texts` raises.
    """
    found: dict[str, Symbols] = {}
    rest, ends = list(files), 0
    while rest and ends < _MAX_ENDS:
        read = _read_some(file, name, [files[sha256].number for sha256 in rest])
        found |= zip(rest, read, strict=False)
        if len(read) < len(rest):  # the next one has ended the process
            ends += 1
            logger.warning("%s of %s has no symbols", files[rest[len(read)]].path, name)
            found[rest[len(read)]] = Symbols(note=_NOT_READ)
        rest = rest[len(read) + 1 :]
    return {sha256: found.get(sha256, Symbols(note=_NOT_READ)) for sha256 in files}


def _read_some(file: BinaryIO, name: str, numbers: Collection[int]) -> list[Symbols]:
    """Return the symbols of the first texts: of all, unless the process ends before."""
    read: list[Symbols] = []
    arguments = {"name": name, "numbers": list(numbers)}
    try:
        with stream_isolated("source-symbols", file, arguments, _SYMBOL_LIMITS) as frames:
            for value in frames:
                read.append(_symbols(value))
                if len(read) > len(numbers):
                    raise ValueError("more than was asked for")
    except (ProcessEnded, *MALFORMED):
        pass
    return read[: len(numbers)]


def _texts(value: Any, data: bytes) -> PackageTexts:
    """Return what an isolated process has read, if it is that."""
    files = [
        TextFile(number, path, sha256, min(int(size), _MAX_NUMBER))
        for number, (path, sha256, size) in enumerate(value["files"][:MAX_FILES])
    ]
    if any(len(file.path) > MAX_PATH_LENGTH or not file.path.isprintable() for file in files):
        raise ValueError("not a path")
    texts, start = {}, 0
    for sha256, length in value["lengths"].items():
        if not _SHA256.fullmatch(sha256) or length < 0:
            raise ValueError("not a text")
        texts[sha256] = without_nul(data[start : start + length].decode())
        start += length
    if start != len(data) or texts.keys() != {file.sha256 for file in files}:
        raise ValueError("not the texts of the files")
    bundled = [_text(name, MAX_NAME_LENGTH) for name in value["bundled"][:MAX_BUNDLED]]
    limits = [_text(limit, _MAX_LIMIT) for limit in value["limits"][:MAX_LIMITS]]
    return PackageTexts(list({file.path: file for file in files}.values()), texts, bundled, limits)


def _text(value: Any, maximum: int) -> str:
    """Return a text of an isolated process as it can be stored."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()[:maximum]


def _symbols(value: Any) -> Symbols:
    """Return the symbols that an isolated process has found, if they are that."""
    symbols = Symbols(is_parsed=bool(value["is_parsed"]), note=_text(value["note"], _MAX_NOTE))
    for kind, name, line, count in value["found"][:MAX_SYMBOLS]:
        is_name = isinstance(name, str) and 0 < len(name) <= MAX_NAME_LENGTH and "\0" not in name
        name.encode()  # half a surrogate pair cannot be stored
        if not is_name or not 0 <= line <= _MAX_NUMBER or not 0 < count <= _MAX_NUMBER:
            raise ValueError("not a symbol")
        symbols.found[str(SymbolKind(kind)), name] = [int(line), int(count)]
    return symbols
