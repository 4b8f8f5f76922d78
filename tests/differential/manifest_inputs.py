"""Mutated manifests: the values of real manifests and samples changed, then the TOML text."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tests.differential.toml_text import Raw, toml_text
from tests.fuzz.manifest import TOKENS
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import extra, manifests
from tests.manifest import mutations

Table = dict[str, Any]

#: Values of every type.
_ANY = (
    *(Raw(text) for text in (*mutations.OTHERS, *mutations.LONG_NUMBERS, *mutations.BUILDS)),
    *(Raw(text) for text in ("inf", "-inf", "nan", "+nan", "1e400", "0x" + "f" * 40, "1979-05-27T07:32:00Z", "07:32:00", "-0", "[[]]", "[{}]", "{a.b = 1}", '"\\u0000"', '"\\e"', '"\\ud800"', "''", "''''''")),
    *mutations.TEXTS,
)  # fmt: skip
#: Characters that are hard for rules of texts.
_ODD = ("\u00a0", "\u2028", "\u202e", "\u200b", "\ufeff", "\u0085", "\t", "\x7f", "\x00", "e\u0301", "\u0130", "\u00df", "\u2160", "\u00b2", "\u0663", "\U0001d7d8", "\U0001f600", " ", ".", "-", "_", "\\", '"', "'", "/", "\n", "\r", "+", ":", "\u00bd", "\u4e09", ")", "!", "\u203f", "\u00b7")  # fmt: skip
_BUILD_ITEMS = ("__init__.py", "./__init__.py", "gears.py", "docs", "docs/", "../x", "..", "/gears.py", "a//b", "", " ", "*.py", "!*.py", "**", "**/", "/", "[", "[!a]", "\\!x", "docs/**/a.md", "wheels/", "blender_manifest.toml", "GEARS.py", "x\ny", "a\\b", "__pycache__/", ".*", "/*.zip", "?", "{a,b}", "#x")  # fmt: skip
_EXTRA_KEYS = ("build", "permission", "Id", "NAME", "blender_version", "asset-library", "tag", "bl_info", "generated", "", "\u00e9", "a.b", "python_versions", "archive_url", "archive_size")  # fmt: skip


@cache
def _values(field: str) -> tuple[Raw, ...]:
    return tuple(Raw(text) for text in mutations.values(field))


@cache
def seed_tables() -> tuple[Table, ...]:
    """Return the tables of all seeds that are valid TOML: samples, and the corpus if it is set."""
    tables: list[Table] = []
    texts = (
        *manifests(), *extra("manifests/*", limit=10_000), *extra("samples-5.3/*.toml"),
        *(mutations.toml(good) for good in (mutations.GOOD, mutations.GOOD_LIBRARY, mutations.GOOD_THEME)) ,
    )  # fmt: skip
    for data in texts:
        try:
            tables.append(tomllib.loads(data.decode("utf-8")))
        except ValueError:
            continue
    return tuple(tables)


def manifest_inputs(seed: int) -> Iterator[bytes]:
    """Yield mutated manifests without end; each depends on the seed and its number."""
    number = 0
    while True:
        yield mutated_manifest(random.Random(f"{seed}/{number}"))
        number += 1


def mutated_manifest(source: random.Random) -> bytes:
    """Return one mutated manifest."""
    choice = source.random()
    tables = seed_tables()
    table = dict(source.choice(tables[-3:] if choice < 0.3 else tables))
    for _ in range(source.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        table = source.choice(_CHANGES)(source, table)
    data = toml_text(table, source)
    return _changed_text(source, data) if source.random() < 0.3 else data


def mutated_build(source: random.Random) -> bytes:
    """Return a manifest with a [build] table for the folder of `tests.differential.builds`."""
    table = dict(source.choice(seed_tables()[-3:]))
    table = _build(source, table) if source.random() < 0.9 else table
    if source.random() < 0.3:
        table["wheels"] = ["./wheels/gears-1.0-py3-none-any.whl"] * source.choice((1, 1, 2))
    if source.random() < 0.2:
        table = source.choice(_CHANGES)(source, table)
    return toml_text(table, source)


def _set_value(source: random.Random, table: Table) -> Table:
    field = source.choice(mutations.FIELDS)
    pool = _values(field) if source.random() < 0.8 else _ANY
    return {**table, field: source.choice(pool)}


def _remove(source: random.Random, table: Table) -> Table:
    gone = source.choice(list(table) or [""])
    return {key: value for key, value in table.items() if key != gone}


def _add_key(source: random.Random, table: Table) -> Table:
    return {**table, source.choice(_EXTRA_KEYS): source.choice(_ANY)}


def _rename(source: random.Random, table: Table) -> Table:
    if not table:
        return table
    old = source.choice(list(table))
    new = source.choice((old.upper(), old.replace("_", "-"), f"{old}s", source.choice(list(table))))
    return {new if key == old else key: value for key, value in table.items()}


def _odd_text(source: random.Random, table: Table) -> Table:
    """Change a text somewhere in the table by a character."""
    return _with_changed_text(source, table) if table else table


def _with_changed_text(source: random.Random, value: Any) -> Any:
    if isinstance(value, dict) and value:
        key = source.choice(list(value))
        return {**value, key: _with_changed_text(source, value[key])}
    if isinstance(value, list) and value:
        at = source.randrange(len(value))
        return [*value[:at], _with_changed_text(source, value[at]), *value[at + 1 :]]
    if isinstance(value, str) and not isinstance(value, Raw):
        at = source.choice((0, len(value), source.randint(0, len(value))))
        rest = value[at + source.choice((0, 0, 1)) :]
        return value[:at] + source.choice(_ODD) + rest
    return source.choice(_ANY)


def _odd_item(source: random.Random, table: Table) -> Table:
    """Change, repeat or remove an item of a list, or a key of a table."""
    fields = [key for key, value in table.items() if isinstance(value, list | dict) and value]
    if not fields:
        return _set_value(source, table)
    field = source.choice(fields)
    value = table[field]
    if isinstance(value, dict):
        return {**table, field: source.choice((_remove, _add_key))(source, value)}
    at = source.randrange(len(value))
    new = source.choice(
        (
            [*value, value[at]],
            [*value[:at], *value[at + 1 :]],
            [*value[:at], source.choice(_ANY), *value[at + 1 :]],
            value[at],
            [value],
            value * 20,
        )
    )
    return {**table, field: new}


def _permissions(source: random.Random, table: Table) -> Table:
    keys = ("files", "network", "clipboard", "camera", "microphone", "scripts", "Files", "", "x")
    reasons = ("Read gears", "Read gears.", "", " x", "x" * 64, "x" * 65, "x)", "x\u00e9", "\u0663", "a\tb", Raw("1"), Raw("[]"), Raw("true"))  # fmt: skip
    return {**table, "permissions": {source.choice(keys): source.choice(reasons) for _ in range(source.randint(0, 3))}}  # fmt: skip


def _build(source: random.Random, table: Table) -> Table:
    items: list[Any] = [source.choice(_BUILD_ITEMS) for _ in range(source.randint(0, 4))]
    if source.random() < 0.1:
        items.append(source.choice(_ANY))
    build: Table = {source.choice(("paths", "paths_exclude_pattern", "exclude")): items}
    if source.random() < 0.1:
        build[source.choice(("paths", "paths_exclude_pattern"))] = source.choice((items, *_ANY))
    if source.random() < 0.3:
        build["generated"] = {
            source.choice(("platforms", "wheels", "tags", "permissions", "id")): source.choice(
                (["linux-x64"], ["./wheels/a-1.0-py3-none-any.whl"], [], "linux-x64", {}, *_ANY)
            )
        }
    return {**table, "build": build}


def _library(source: random.Random, table: Table) -> Table:
    url = source.choice(mutations.URLS)
    library: Table = {"remote_url": Raw(url)}
    if source.random() < 0.5:
        library["auth"] = Raw(source.choice(mutations.AUTHS))
    if source.random() < 0.2:
        library[source.choice(("url", "auth", "Auth"))] = source.choice(_ANY)
    kind = source.choice(("asset-library", "add-on", "theme", table.get("type", "add-on")))
    return {**table, "type": kind, "asset_library": library}


_CHANGES: tuple[Callable[[random.Random, Table], Table], ...] = (
    *(_set_value,) * 6, _remove, _add_key, _rename, *(_odd_text,) * 5, *(_odd_item,) * 3, _permissions, *(_build,) * 2, _library,
)  # fmt: skip


def _changed_text(source: random.Random, data: bytes) -> bytes:
    """Change the TOML itself."""
    lines = data.split(b"\n")
    line = source.choice(lines)
    kind = source.randrange(11)
    if kind == 0:
        return source.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xef\xbb\xbf\xef\xbb\xbf")) + data
    if kind == 1:
        return data.replace(b"\n", source.choice((b"\r\n", b"\r", b"\n\r", b"\x0b", b"\x0c")))
    if kind == 2:
        return data + line + b"\n"
    if kind == 3:
        return line + b"\n" + data
    if kind == 4:
        return data[: source.randint(0, len(data))]
    if kind == 5:
        return data.decode("utf-8").encode(source.choice(("utf-16", "utf-16-le", "latin-1")), "replace")  # fmt: skip
    if kind == 6:
        return data + source.choice((b"\0", b"\x1a", b"]", b"[", b"=", b"[a]\n[a]\n", b"[[id]]\n", b"id.x = 1\n", b"[build]\n[build]\n", b"a = {b = 1,}\n", b"a = [1,,2]\n", b"\xc0\x80", b"\xed\xa0\x80", b"a = 01\n", b"a = 1__0\n", b"a = 'x\n", b"a = \"\"\"\n"))  # fmt: skip
    if kind == 7:
        source.shuffle(lines)
        return b"\n".join(lines)
    return mutated(source, (data,), TOKENS, most=3)
