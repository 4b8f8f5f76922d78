"""How a difference is shown: colours of code, whole files, and without changes of white space."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from extery_site.moderation.space_changes import ONLY_SPACE, without_space_changes
from extery_site.moderation.syntax import MAX_LENGTH, syntax_spans
from extery_site.source_search.hosts import MAX_LINE_LENGTH
from extery_site.ui.templatetags.extery_pages import code_line

LATER = 600.0
"""Seconds; only catches a hang."""


def spans(name: str, *lines: str) -> list[list[tuple[str, str]]]:
    """Return the parts with a colour of each line: kind and text."""
    found = syntax_spans(name, lines, time.monotonic() + LATER)
    return [
        [(kind, line[start:end]) for start, end, kind in row]
        for line, row in zip(lines, found, strict=True)
    ]


def test_keywords_strings_and_comments_of_python_have_colours() -> None:
    assert spans("a.py", "def f(x):", '    return f"a{x}" + "b"  # why', "y = 1") == [
        [("keyword", "def")],
        [
            ("keyword", "return"),
            ("string", 'f"a{'),
            ("string", '}"'),
            ("string", '"b"'),
            ("comment", "# why"),
        ],
        [],
    ]


def test_a_string_of_several_lines_has_its_colour_in_each() -> None:
    assert spans("a.py", 'x = """one', "", "  two", '"""; y = 2') == [
        [("string", '"""one')],
        [],
        [("string", "  two")],
        [("string", '"""')],
    ]


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("blender_manifest.toml", 'id = "sky"  # new', [("string", '"sky"'), ("comment", "# new")]),
        ("DATA.JSON", '{"a": "b", "c": true}', [("string", '"b"'), ("keyword", "true")]),
        ("shader.glsl", "return 1; // no", []),
        ("py", "def f(): pass", []),
    ],
)
def test_the_language_follows_from_the_suffix(
    name: str, line: str, expected: list[tuple[str, str]]
) -> None:
    assert spans(name, line) == [expected]


def test_broken_code_has_colours_too() -> None:
    [row] = spans("a.py", 'def ( :: "a" \0 class')
    assert ("keyword", "def") in row
    assert ("string", '"a"') in row


def test_a_text_that_is_too_long_or_too_late_has_no_colours() -> None:
    line = "def f(): pass"
    assert syntax_spans("a.py", [line], time.monotonic() - 1) == [[]]
    assert spans("a.py", line, "#" * MAX_LENGTH) == [[], []]


@pytest.mark.parametrize(
    "part", ["\n", " ", "\t", "(", "\\\n", '"', "'''", 'f"{', "def ", "a.", "@", "0x", "\0", "é"]
)
@pytest.mark.parametrize("name", ["a.py", "a.toml", "a.json"])
def test_a_hostile_text_takes_bounded_time(name: str, part: str) -> None:
    lines = (part * (60_000 // len(part))).split("\n")[:6_000]
    ends = time.monotonic() + 0.2
    assert len(syntax_spans(name, lines, ends)) == len(lines)


def test_a_line_is_escaped_and_invisible_characters_are_shown() -> None:
    line = SimpleNamespace(
        text='x = "<\u202e>"\t# &', spans=[(4, 9, "string"), (10, 13, "comment")]
    )
    assert code_line(line) == (
        'x = <span class="code-string">&quot;&lt;[U+202E]&gt;&quot;</span>\t'
        '<span class="code-comment"># &amp;</span>'
    )


def file_of(*rows: tuple[str, int, int, str]) -> dict[str, Any]:
    return {
        "added": sum(row[0] == "+" for row in rows),
        "removed": sum(row[0] == "-" for row in rows),
        "note": "",
        "lines": [[*row, []] for row in rows],
    }


def test_lines_that_differ_in_white_space_only_are_unchanged() -> None:
    file = file_of(
        (" ", 1, 1, "def f():"),
        ("-", 2, 0, "  a = 1"),
        ("-", 3, 0, "  b = 2"),
        ("+", 0, 2, "    a  = 1"),
        ("+", 0, 3, "    b = 3"),
    )
    [shown] = without_space_changes([file])
    assert [line[:4] for line in shown["lines"]] == [
        [" ", 1, 1, "def f():"],
        [" ", 2, 2, "    a  = 1"],
        ["-", 3, 0, "  b = 2"],
        ["+", 0, 3, "    b = 3"],
    ]
    assert (shown["added"], shown["removed"], shown["note"]) == (1, 1, "")
    assert file["added"] == 2, "the stored difference stays as it is"


def test_a_file_whose_white_space_alone_differs_says_so() -> None:
    [shown] = without_space_changes([file_of(("-", 1, 0, "a"), ("+", 0, 1, " a "))])
    assert (shown["added"], shown["removed"], shown["note"]) == (0, 0, ONLY_SPACE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # The difference may be behind the part of a line that is stored.
        ("x" * MAX_LINE_LENGTH, "x" * MAX_LINE_LENGTH),
        ("a", "a\u2028"),
        ("a", "\xa0a"),
    ],
)
def test_a_change_that_may_be_more_than_blanks_stays(old: str, new: str) -> None:
    [shown] = without_space_changes([file_of(("-", 1, 0, old), ("+", 0, 1, new))])
    assert (shown["added"], shown["removed"]) == (1, 1)


def test_new_and_removed_lines_stay() -> None:
    files = [file_of(("+", 0, 1, "")), file_of(("-", 1, 0, " "))]
    assert without_space_changes(files) == files
