"""Fingerprints of the content of a package: of its files, and of its Python code without names and layout. Imports no Django.

Code is cut into runs of `RUN` tokens. A string or number is any string or number, and a name is the distance to its
last use, so that renaming, comments, whitespace and the order of files change nothing. Of all hashes, those with the lowest values are kept (a
bottom-k sketch): the share of one set in another follows from two sketches, whatever the size of the packages.
"""

from __future__ import annotations

import heapq
import keyword
import re
from collections.abc import Collection, Iterator
from hashlib import blake2b

from extery.core.errors import InvalidPackage
from extery.package.reader import Package

#: Increase it with every change of the values, so that packages are read again.
REVISION = 1

RUN = 30
MAX_CODE_VALUES = 400
MAX_FILE_VALUES = 200
#: Smaller files are alike by chance.
MIN_FILE_BYTES = 256
#: What is read of a package; the rest is not compared.
MAX_FILES = 2_000
MAX_FILE_BYTES = 16_000_000
MAX_PYTHON_BYTES = 1_000_000
MAX_TOTAL_BYTES = 100_000_000
MAX_TOKENS = 400_000
#: A name that was last used earlier than this counts as new.
_MAX_DISTANCE = 200

_LICENCES = ("license", "licence", "copying", "notice", "authors", "readme", "changelog")
# Each alternative always ends: what is not closed goes to the end of the line or file. So the time is linear.
_TOKEN = re.compile(
    r"""
    (?P<skip>[\s\\]+|\#[^\n]*)
    |(?P<text>[rbfut]{0,2}(?:
        \"{3}(?:[^"\\]|\\.|"(?!""))*(?:\"{3})?|'{3}(?:[^'\\]|\\.|'(?!''))*(?:'{3})?
        |"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?))
    |(?P<number>\d[\w.]*)
    |(?P<name>\w+)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


class Sketch:
    """The fingerprints of a package: sorted, positive and below 2**63; at most the `MAX` ones with the lowest values."""

    def __init__(self, files: Collection[int], code: Collection[int]) -> None:
        self.files = heapq.nsmallest(MAX_FILE_VALUES, files)
        self.code = heapq.nsmallest(MAX_CODE_VALUES, code)


def read_sketch(package: Package) -> Sketch:
    """Return the fingerprints of a package, within limits. Raises `InvalidPackage`."""
    files: set[int] = set()
    code: set[int] = set()
    left, tokens_left = MAX_TOTAL_BYTES, MAX_TOKENS
    for name in sorted(package.names)[:MAX_FILES]:
        member = package.by_name[package.root + name]
        if not _is_compared(name) or member.size > min(MAX_FILE_BYTES, left):
            continue
        try:
            data = package.read(member, limit=MAX_FILE_BYTES)
        except InvalidPackage:
            continue  # the rules report it
        left -= len(data)
        if len(data) >= MIN_FILE_BYTES:
            files.add(_value(data, b"file"))
        if name.endswith(".py") and len(data) <= MAX_PYTHON_BYTES and tokens_left > 0:
            found = list(tokens(data.decode("utf-8", "replace"), tokens_left))
            tokens_left -= len(found)
            code |= _runs(found)
    return Sketch(files, code)


def share(
    mine: list[int], other: list[int], limit: int, *, ignored: Collection[int], least: int
) -> float:
    """Return how much of what ``mine`` is a sketch of is in the other, from 0 to 1.

    ``limit`` is the greatest length of both, ``ignored`` are values that say nothing. With fewer than ``least``
    values to compare, the result is 0.
    """
    ends = [values[-1] for values in (mine, other) if len(values) >= limit]
    end = min(ends, default=1 << 63)
    compared = {value for value in mine if value <= end}.difference(ignored)
    if len(compared) < least:
        return 0.0
    return len(compared.intersection(other)) / len(compared)


def _is_compared(name: str) -> bool:
    base = name.rpartition("/")[2].lower()
    if base == "blender_manifest.toml" or base.endswith((".whl", ".pyc")):
        return False
    return not base.startswith(_LICENCES) or base.endswith(".py")


def tokens(source: str, limit: int) -> Iterator[bytes]:
    """Yield the tokens of code, at most ``limit``; of any text, also one that is no Python, in linear time."""
    last: dict[str, int] = {}
    at = 0
    for match in _TOKEN.finditer(source):
        kind, text = match.lastgroup, match.group()
        if kind == "skip":
            continue
        if at >= limit:
            return
        if kind == "text":
            yield b"s"
        elif kind == "number":
            yield b"0"
        elif kind == "name" and not keyword.iskeyword(text):
            distance = at - last.get(text, -_MAX_DISTANCE - 1)
            last[text] = at
            yield b"n%d" % distance if distance <= _MAX_DISTANCE else b"n"
        else:
            yield text.encode("utf-8", "replace")
        at += 1


def _runs(tokens: list[bytes]) -> set[int]:
    # A name whose last use is before the run depends on what is there: cut such distances off.
    far = [int(token[1:]) if token[:1] == b"n" and token[1:].isdigit() else 0 for token in tokens]
    values = set()
    for start in range(len(tokens) - RUN + 1):
        run = [
            b"n" if distance > place else token
            for place, (token, distance) in enumerate(
                zip(tokens[start : start + RUN], far[start : start + RUN], strict=True)
            )
        ]
        values.add(_value(b" ".join(run), b"code"))
    return values


def _value(data: bytes, kind: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8, person=kind).digest(), "big") >> 1
