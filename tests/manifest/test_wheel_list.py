"""The list of wheels changes in the text of a manifest, and nothing else does."""

from __future__ import annotations

import tomllib

import pytest

from extery.manifest.wheel_list import with_wheels

A, B, C = "./wheels/a.whl", "./wheels/b.whl", "./wheels/c.whl"


def changed(text: str, *wheels: str) -> str:
    result = with_wheels(text.encode(), wheels).decode()
    assert tomllib.loads(result).get("wheels", []) == list(wheels)
    return result


def test_an_item_is_added_behind_the_others_with_their_indentation() -> None:
    text = (
        f'id = "x"\nwheels = [\n    # mine\n    "{A}", # first\n]\n\n[permissions]\nfiles = "x"\n'
    )

    assert changed(text, A, B) == text.replace("# first\n", f'# first\n    "{B}",\n')


def test_an_item_is_removed_with_its_comment() -> None:
    text = f'wheels = [\n  "{A}",\n  "{B}", # old\n  "{C}"\n]\n'

    assert changed(text, A, C) == f'wheels = [\n  "{A}",\n  "{C}"\n]\n'


@pytest.mark.parametrize(
    "text",
    [
        'id = "x"\nplatforms = [\n  "a", # ]\n  "b",\n]\n# why\n[permissions]\nfiles = "y"\n',
        'id = "x"\n',
        'id = "x"',
        'tagline = """\na\n[b]\n"""\n[build]\npaths = ["a"]\n',
        "a.b = 1\n[c]\nd = 2\n",
        "[permissions]\nfiles = 'x'\n",
        "",
        "build = { paths = ['a'] }\n",
    ],
)
def test_a_new_list_stands_in_front_of_the_first_table(text: str) -> None:
    result = changed(text, A, B)

    without = result.replace(f'wheels = [\n  "{A}",\n  "{B}",\n]\n', "")
    assert without.rstrip("\n") == text.rstrip("\n")
    assert changed(result).rstrip("\n") == text.rstrip("\n")


def test_a_long_list_on_one_line_gets_a_line_for_each_item() -> None:
    items = [f"./wheels/library{number}-1.0-py3-none-any.whl" for number in range(3)]

    assert changed('wheels = ["./wheels/library0-1.0-py3-none-any.whl"]\n', *items).count("\n") > 3


def test_a_mark_at_the_start_and_line_ends_of_windows_stay() -> None:
    data = b'\xef\xbb\xbfid = "x"\r\n[build]\r\npaths = []\r\n'

    result = with_wheels(data, [A])

    assert result.startswith(b'\xef\xbb\xbfid = "x"\r\nwheels = [\r\n')
    assert b"\n" not in result.replace(b"\r\n", b"")
