"""Offsets, lines and columns of keys and values in TOML."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from extery.manifest.positions import LineIndex, TomlPath, find_offsets
from tests.parts import require_part

TEXT = '''\
# a comment with "quotes" and [brackets]
id = "gear" # another
"quoted key" = 'it\\'
a.b . "c d" = 1
text = """
line = "not a key" \\""""
literal = \'\'\'[no]
x = 1\'\'\'
list = [ 1, # one, and a comma
  "two,", [3, { four = 4, five = [5] }],
]
date = 1979-05-27 07:32:00 # stays one value

[table]
key = true
[[item]]
name = "first"
[[item]]
name = "second"
[item.part]
size = 2
'''


def paths_in(value: Any, path: TomlPath = ()) -> list[TomlPath]:
    """Return every path to a value or table in parsed TOML."""
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    return [p for step, item in steps for p in [(*path, step), *paths_in(item, (*path, step))]]


def test_every_key_and_item_is_found() -> None:
    assert set(find_offsets(TEXT)) == set(paths_in(tomllib.loads(TEXT)))


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("id",), 2, 6),
        (("quoted key",), 3, 16),
        (("a", "b", "c d"), 4, 15),
        (("literal",), 7, 11),
        (("list", 1), 10, 3),
        (("list", 2, 1, "five", 0), 10, 35),
        (("date",), 12, 8),
        (("table", "key"), 15, 7),
        (("item", 1, "name"), 19, 8),
        (("item", 1, "part", "size"), 21, 8),
    ],
)
def test_the_offset_of_a_value_is_its_first_character(
    path: TomlPath, line: int, column: int
) -> None:
    assert LineIndex(TEXT).position(find_offsets(TEXT)[path].value) == (line, column)


def test_the_offset_of_a_key_is_its_first_character() -> None:
    assert LineIndex(TEXT).position(find_offsets(TEXT)["table", "key"].key) == (15, 1)


def test_a_header_creates_the_tables_above_it() -> None:
    text = "a = 1\n[website.x]\ny = 1\n[[tags.x]]\ny = 1\n"

    offsets = find_offsets(text)

    assert set(offsets) == set(paths_in(tomllib.loads(text)))
    assert LineIndex(text).position(offsets["website",].value) == (2, 1)
    assert LineIndex(text).position(offsets["tags",].value) == (4, 1)


def test_windows_line_ends_do_not_change_positions() -> None:
    text = TEXT.replace("\n", "\r\n")

    assert set(find_offsets(text)) == set(paths_in(tomllib.loads(text)))
    assert LineIndex(text).position(find_offsets(text)["table", "key"].value) == (15, 7)


@pytest.mark.corpus
def test_every_value_of_every_real_manifest_is_found() -> None:
    checked = 0
    for file in sorted(Path(require_part("corpus"), "manifests").iterdir()):
        text = file.read_bytes().decode("utf-8")
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        assert set(find_offsets(text)) == set(paths_in(table)), file.name
        checked += 1
    assert checked > 100
