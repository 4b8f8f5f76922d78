"""Write a table as TOML in a random notation: quoting, escapes, inline and dotted tables, comments, line ends."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any


class Raw(str):
    """The TOML text of a value."""

    __slots__ = ()


def toml_text(table: dict[str, Any], source: random.Random) -> bytes:
    """Return ``table`` as TOML; values may be `Raw`."""
    lines = list(_lines(table, source))
    end = "\r\n" if source.random() < 0.1 else "\n"
    return end.join([*lines, ""]).encode("utf-8", "replace")


def _lines(table: dict[str, Any], source: random.Random) -> Iterator[str]:
    tables = []
    for key, value in table.items():
        if source.random() < 0.03:
            yield source.choice(("", "# a comment", "\t", "#\u00e9", "  "))
        style = source.random() if isinstance(value, dict) and value else 1.0
        if style < 0.6:
            tables.append((key, value))
        elif style < 0.8:
            for inner, item in value.items():
                dot = source.choice((".", " . "))
                yield f"{_key(key, source)}{dot}{_key(inner, source)} = {value_text(item, source)}"
        else:
            equals = source.choice((" = ", "=", "  =\t"))
            yield f"{_key(key, source)}{equals}{value_text(value, source)}"
    for key, value in tables:
        yield from _table_lines(_key(key, source), value, source)


def _table_lines(name: str, table: dict[str, Any], source: random.Random) -> Iterator[str]:
    yield source.choice((f"[{name}]", f"[ {name} ]", f"\n[{name}] # table"))
    inner_tables = []
    for key, value in table.items():
        if isinstance(value, dict) and value and source.random() < 0.6:
            inner_tables.append((key, value))
        else:
            yield f"{_key(key, source)} = {value_text(value, source)}"
    for key, value in inner_tables:
        yield from _table_lines(f"{name}.{_key(key, source)}", value, source)


def _key(key: str, source: random.Random) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    if is_bare and source.random() < 0.95:
        return key
    return f"'{key}'" if key.isidentifier() and source.random() < 0.5 else _basic(key)


def value_text(value: Any, source: random.Random) -> str:
    """Return a value as TOML."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, str):
        return _string(value, source)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _list(value, source)
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(k, source)} = {value_text(v, source)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, int):
        form = source.choice(("{:d}", "{:d}", "{:+d}", "0x{:x}", "0o{:o}", "0b{:b}", "{:_d}"))
        return form.format(value) if value >= 0 else str(value)
    return str(value)  # floats, dates and times


def _list(items: list[Any], source: random.Random) -> str:
    texts = [value_text(item, source) for item in items]
    style = source.random()
    if style < 0.2 and texts:
        return "[\n  " + ",\n  ".join(texts) + source.choice(("\n]", ",\n]", ", # end\n]"))
    return f"[{', '.join(texts)}]" if style < 0.9 else f"[ {' , '.join(texts)} ]"


def _string(text: str, source: random.Random) -> str:
    style = source.random()
    is_plain = all(c >= " " and c != "\x7f" for c in text)
    if style < 0.1 and is_plain and "'" not in text:
        return f"'{text}'"
    if style < 0.13 and is_plain and "'" not in text:
        return f"'''{text}'''"
    if style < 0.16:
        return '"""' + source.choice(("", "\n", "\\\n  ")) + _basic(text)[1:-1] + '"""'
    if style < 0.2:
        return '"' + "".join(f"\\U{ord(c):08x}" if source.random() < 0.3 else _basic(c)[1:-1] for c in text) + '"'  # fmt: skip
    return _basic(text)


def _basic(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
