"""The reader of plain TOML returns what tomllib returns, or None."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extery.manifest.plain_toml import read_plain
from tests.samples.packages import ADD_ON, THEME

PLAIN = """# A comment, ünïcode
  id = "gear_tool"   # another
name	=	"Gears	and # no comment"
tags = ["Mesh", "UV",]
license = [
  "SPDX:GPL-3.0-or-later",
  "SPDX:MIT"
]
wheels = [ ]

[permissions]
files = "Read"
files-2 = ""
[build]"""


@pytest.mark.parametrize("text", [PLAIN, PLAIN + "\n", "", "\n", ADD_ON.decode(), THEME.decode()])
def test_plain_toml_is_read_as_by_tomllib(text: str) -> None:
    table = read_plain(text)

    assert table is not None
    assert table == tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        'a = "\\u0041"', "a = 'b'", 'a = """b"""', "a = 1", "a = true", 'a.b = "c"', '"a" = "b"',
        "[a.b]", "[[a]]", 'a = { b = "c" }', 'a = ["b", 1]', 'a = [["b"]]', 'a = "b"\r\n',
        'a = ["b", # why\n"c"]',
    ],
)  # fmt: skip
def test_other_toml_is_left_to_tomllib(text: str) -> None:
    tomllib.loads(text)
    assert read_plain(text) is None


#: Pieces of manifests, valid and invalid, so that random texts resemble both.
PIECES = st.sampled_from(
    ["a", "b", '"', '"x"', "=", " = ", "[", "]", ",", "#", "\n", "\t", " ", "\\", "\r", "[a]\n",
     'a = "1"\n', 'b = ["1", "2"]\n', "\x00", "\x7f", "\x85", "'", ".", "-", "1", "é", "{", '""']
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
@settings(max_examples=1500)
def test_random_texts_are_read_as_by_tomllib_or_not_at_all(text: str) -> None:
    table = read_plain(text)

    if table is not None:
        assert table == tomllib.loads(text)


def test_long_texts_that_almost_match_are_rejected_in_linear_time() -> None:
    # With a pattern that backtracks, these would run for hours.
    for text in ('a = ["b"' + " " * 500_000, 'a = ["b",' * 50_000, "[" * 500_000, "a" * 500_000):
        assert read_plain(text) is None
    assert read_plain("\n" * 100_000) == {}
