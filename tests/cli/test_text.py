"""Problems as text: order, source lines with carets, grouping, and hostile names."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from extery.cli.output import PrefixedProblem, prefix_problems
from extery.cli.output.source import excerpt
from extery.cli.output.text import MAX_WITHOUT_PLACE, in_order, render_problems
from extery.core.errors import Problem, Where


def rendered(*problems: Problem, width: int = 80, has_sources: bool = True) -> list[str]:
    lines = render_problems(prefix_problems(problems), width=width, has_sources=has_sources)
    return [click.unstyle(line) for line in lines]


def test_problems_are_sorted_by_line_in_each_file() -> None:
    places = [
        Where("b.toml", ("tagline",), 5, 11),
        Where("b.toml", ("version",), 3, 11),
        Where("a.zip"),
        Where("b.toml", ("id",), 3, 2),
        Where("b.toml"),
    ]

    items = in_order(prefix_problems(Problem("listing.data", "", where=where) for where in places))

    assert [item.place for item in items] == [
        "b.toml", "b.toml:3:2", "b.toml:3:11", "b.toml:5:11", "a.zip"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "carets"),
    [
        ('id = "My Tool"  # a "comment"', 6, '     ^^^^^^^^^'),
        ("id = 'My Tool'", 1, "^^"),
        ('name = "a\\"b" ', 8, "       ^^^^^^"),
        ("tags = [1, 2]", 9, "        ^"),
        ("tags = [1, 2]", 8, "       ^^^^^^"),
        ("[build]", 1, "^^^^^^^"),
        ('\tid = "x"', 7, " " * 9 + "^^^"),
        ('名 = "x"', 5, "     ^^^"),
        ("x", 9, " ^"),
    ],
)  # fmt: skip
def test_the_carets_are_under_the_value(line: str, column: int, carets: str) -> None:
    assert excerpt(line, column, width=80)[1] == carets


@pytest.mark.parametrize("column", [1, 30, 500, 999, 1_000, 5_000])
def test_a_long_line_is_clipped_around_the_caret(column: int) -> None:
    line = "".join(str(number % 10) for number in range(1_000))

    text, carets = excerpt(line, column, width=40)

    assert len(text) <= 40
    assert len(carets) <= 40
    if column <= 1_000:
        assert text[carets.index("^")] == line[column - 1]


def test_a_clipped_line_has_dots_where_it_was_cut() -> None:
    line = "a" * 100 + '"value"' + "b" * 100

    text, carets = excerpt(line, 101, width=40)

    assert text[0] == text[-1] == "…"
    assert text[carets.index("^") : carets.rindex("^") + 1] == '"value"'


def test_the_source_line_is_read_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text('a = 1\nid = "My Tool"\n')

    lines = rendered(Problem("manifest.id.not-identifier", "x", "y", Where(str(file), (), 2, 6)))

    assert lines == [
        f"{file}:2:6: error: x [manifest.id.not-identifier]",
        "  |",
        '2 | id = "My Tool"',
        "  |      ^^^^^^^^^",
        "  hint: y",
    ]


@pytest.mark.parametrize("content", [None, b"", b"a\n", b"\n  \n"])
def test_a_line_that_does_not_exist_is_not_shown(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "m.toml"
    if content is not None:
        file.write_bytes(content)

    assert len(rendered(Problem("listing.data", "x", where=Where(str(file), (), 2, 6)))) == 1


def test_control_characters_of_source_lines_are_escaped(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_bytes(b'id = "\x1b[2J\x07\xe2\x80\xae\xff"\n')

    lines = render_problems(
        prefix_problems([Problem("listing.data", "x", where=Where(str(file), (), 1, 6))]),
        width=80,
        has_sources=True,
    )

    source = click.unstyle(lines[2])
    assert source.isprintable()
    assert "\\x1b[2J\\x07\\u202e" in source


def test_sources_are_not_read_unless_the_command_allows_it(tmp_path: Path) -> None:
    file = tmp_path / "index.json"
    file.write_text("{}\n")

    problem = Problem("listing.data", "x", where=Where(str(file), (), 1, 1))

    assert len(rendered(problem, has_sources=False)) == 1


def test_similar_problems_of_many_files_are_summarized() -> None:
    problems = [
        Problem("package.not-zip", f"{n}.zip is no zip", "pack it", Where(f"{n}.zip"))
        for n in range(83)
    ]

    lines = rendered(*problems)

    assert len(lines) == 7
    assert lines[-1] == (
        "  also: 80 more errors [package.not-zip]: 3.zip, 4.zip, 5.zip and 77 more"
        " (all of them: --output-format json)"
    )


def test_four_similar_problems_and_those_with_a_line_are_shown_in_full() -> None:
    alike = [Problem("package.empty", "x", "y", Where(f"{n}.zip")) for n in range(4)]
    placed = [Problem("listing.data", "x", "y", Where("m.toml", (), n, 1)) for n in range(1, 9)]

    assert len(rendered(*alike, *placed)) == 2 * 12


def test_a_file_name_is_not_a_command_for_github() -> None:
    [line] = rendered(Problem("package.empty", "it is empty", where=Where("::error::x.zip")))

    assert line.startswith("./::error::x.zip: error: ")


def test_the_prefix_is_added_to_files_and_replaces_missing_ones() -> None:
    assert (
        PrefixedProblem(Problem("listing.data", "", where=Where("a", (), 1, 2)), "b/").place
        == "b/a:1:2"
    )
    assert PrefixedProblem(Problem("listing.data", ""), "b/").file == "b"
    assert prefix_problems([Problem("listing.data", "", where=Where("/a"))], "b/")[0].file == "/a"


def test_problems_without_a_place_are_all_named_and_their_hint_once() -> None:
    problems = [
        Problem("install.unknown", f"no repository lists {number}", "sync")
        for number in range(MAX_WITHOUT_PLACE + 9)
    ]
    lines = rendered(*problems)
    assert lines[:2] == [
        f"error: no repository lists {number} [install.unknown]" for number in range(2)
    ]
    assert lines[MAX_WITHOUT_PLACE:] == [
        "  hint: sync",
        "  also: 9 more errors [install.unknown] (all of them: --output-format json)",
    ]
