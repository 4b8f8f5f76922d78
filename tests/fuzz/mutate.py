"""Random mutations of valid inputs: bytes, tokens of the language, and JSON values.

The same random generator gives the same inputs.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

MAX_INPUT = 400_000

#: Numbers and digits that are hard to read.
_NUMBERS = (
    b"0", b"-1", b"00", b"1e999", b"-1e999", b"NaN", b"Infinity", b"1.5", b"0x10", b"1_000", b"2147483648",
    b"9223372036854775808", b"9" * 400, b"9" * 4_400, "²".encode(), "٣".encode(), "३".encode(), "①".encode(), "Ⅷ".encode(), "𝟜".encode(), "1²".encode(),
)  # fmt: skip
#: Texts that are hard to read.
_TEXTS = (
    b"", b" ", b"\0", b"\n", b"\r", b"\t", b"\x1b[2J", b"\x7f", b"\xff", b"\xc3", b"\xed\xa0\x80", "\u2028".encode(), "\u202e".encode(), "\ufeff".encode(), "é".encode(), "e\u0301".encode(),
    "\U0001f600".encode(), b"..", b"../", b"/", b"\\", b"%00", b"%2e%2e/", b"\\u0000", b"\\ud800", b"\\udfff", b"a" * 300, b"a" * 70_000, b"CON", b"nul.zip",
)  # fmt: skip
_NUMBER = re.compile(rb"[0-9]+")

#: JSON values of unexpected types.
JSON_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.5, 10**30, 10**400, 10**4000, math.nan, math.inf, -math.inf, "", " ", "x", "\x00", "\n", "\x1b[2J", "\ud800", "\u202e", "²", "٣", "1.0.0", "1.0.0\n", "0.0.0-٣a",
    "1.0.0-a+b", "9" * 400 + ".0.0", "9" * 5_000 + ".0.0", "4.2", "4.²", "4.2.0.1.2", "²", "../x.zip", "./../x.zip", "./a\x00.zip", "./%00.zip", "./a/b.zip", "file:///etc/passwd", "http://[", "http://[::1",
    "http://a:99999/x", "https://x\n/y", "//x", "./\ud800.zip", "./" + "a" * 5_000 + ".zip", "sha256:" + "0" * 64, "SHA256:" + "0" * 64, "sha256:" + "A" * 64, "a" * 100_000,
    [], {}, [[]], [None], [1], [""], ["x"], ["3"], ["3.11"], ["3.²"], ["3.٣"], ["9" * 5_000], ["3." + "9" * 5_000], [[["x"]]], ["\ud800"], [True, {}], {"x": 1}, {"": None}, {"files": "x"}, {"id": 1}, {"id": "x", "reason": []},
    {"\ud800": "\ud800"}, [f"p{n}" for n in range(3_000)], [f"3.{n}" for n in range(300)],
)  # fmt: skip

Maker = Callable[[random.Random], bytes]


def mutated(
    source: random.Random, seeds: Sequence[bytes], tokens: Sequence[bytes], most: int = 8
) -> bytes:
    """Return one of the seeds after a few mutations."""
    data = source.choice(seeds)
    for _ in range(source.randint(1, most)):
        data = source.choice(_CHANGES)(source, data, seeds, tokens)[:MAX_INPUT]
    return data


def _insert(
    source: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    at = source.randint(0, len(data))
    piece = source.choice(source.choice((tokens, tokens, _TEXTS, _NUMBERS)))
    return data[:at] + piece + data[at:]


def _swap(
    source: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    """Replace a token by another one."""
    token = source.choice(tokens)
    places = [m.start() for m in re.finditer(re.escape(token), data)][:200] if token else []
    if not places:
        return _insert(source, data, seeds, tokens)
    at = source.choice(places)
    piece = source.choice(source.choice((tokens, _TEXTS, _NUMBERS)))
    return data[:at] + piece + data[at + len(token) :]


def _number(
    source: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    places = [match.span() for match in _NUMBER.finditer(data)][:500]
    if not places:
        return _insert(source, data, seeds, tokens)
    start, end = source.choice(places)
    return data[:start] + source.choice(_NUMBERS) + data[end:]


def _remove(
    source: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    at = source.randint(0, len(data))
    return data[:at] + data[at + source.choice((1, 1, 2, 8, 64)) :]


def _flip(
    source: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    if not data:
        return bytes([source.randrange(256)])
    at = source.randrange(len(data))
    return data[:at] + bytes([source.randrange(256)]) + data[at + 1 :]


def _repeat(
    source: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    """Repeat a piece of the text or a token many times, which may nest."""
    at = source.randint(0, len(data))
    length = source.choice((1, 4, 20, 100))
    piece = source.choice((data[at : at + length] or b"x", source.choice(tokens)))
    times = source.choice((2, 3, 30, 300, 1_200, 20_000))
    return data[:at] + piece * min(times, MAX_INPUT // max(1, len(piece))) + data[at:]


def _splice(
    source: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]
) -> bytes:
    other = source.choice(seeds)
    at, start = source.randint(0, len(data)), source.randint(0, len(other))
    return data[:at] + other[start : start + source.choice((20, 200, 2_000))] + data[at:]


_CHANGES = (_insert, _insert, _swap, _swap, _number, _number, _remove, _flip, _repeat, _splice)


def mutated_json(source: random.Random, seeds: Sequence[bytes], most: int = 6) -> bytes:
    """Return one of the JSON seeds with a few other values, keys and items."""
    document = json.loads(source.choice(seeds))
    for _ in range(source.randint(1, most)):
        document = _changed(source, document)
    text = json.dumps(document, ensure_ascii=source.random() < 0.9)
    if source.random() < 0.05:
        text = text.replace("{", '{"id": "twice", "id": 1,', source.randint(1, 3))
    return text.encode("utf-8", "surrogatepass")[:MAX_INPUT]


def _changed(source: random.Random, value: Any) -> Any:
    """Change one place in a value; deep places are as likely as others."""
    if isinstance(value, dict) and value and source.random() < 0.85:
        key = source.choice(list(value))
        if source.random() < 0.08:
            return {k: v for k, v in value.items() if k != key}
        if source.random() < 0.05:
            return {**value, str(source.choice(JSON_VALUES))[:50]: source.choice(JSON_VALUES)}
        return {**value, key: _changed(source, value[key])}
    if isinstance(value, list) and value and source.random() < 0.85:
        at = source.randrange(len(value))
        if source.random() < 0.1:
            return [*value[:at], *value[at + 1 :]]
        if source.random() < 0.2:
            return [*value, *value[at : at + source.choice((1, 1, 50))]]
        return [*value[:at], _changed(source, value[at]), *value[at + 1 :]]
    if source.random() < 0.05:
        for _ in range(source.choice((1, 3, 50))):
            value = [value] if source.random() < 0.5 else {"a": value}
        return value
    return source.choice(JSON_VALUES)
