"""Edits of the text of a manifest change what they are for, and nothing else."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest

from extery.manifest import edit

TEXT = """# top
id = "a"  # of the module
tags = ['Mesh', "mesh"]   # tags
wheels = [
  # first
  "./a.whl", # a
  "./b.whl",
]
build = { paths_exclude_pattern = ["x"], tags = ["q"] }

[permissions] # why
# note
network = "Net"
files = "F" # read
"""


def replaced(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: edit.set_value(t, ("id",), 'b"'), replaced(('"a"', r'"b\""'))),
        (lambda t: edit.set_value(t, ("tags", 0), "Node"), replaced(("'Mesh'", "'Node'"))),
        (lambda t: edit.rename_key(t, ("id",), "name"), replaced(("id =", "name ="))),
        (lambda t: edit.remove(t, ("tags", 0)), replaced(("'Mesh', ", ""))),
        (lambda t: edit.remove(t, ("tags", 1)), replaced((', "mesh"', ""))),
        (lambda t: edit.remove(t, ("wheels", 0)), replaced(('"./a.whl", # a', "# a"))),
        (lambda t: edit.remove(t, ("wheels", 1)), replaced(('  "./b.whl",\n', ""))),
        (lambda t: edit.remove(t, ("build", "tags")), replaced((', tags = ["q"]', ""))),
        (
            lambda t: edit.remove(t, ("build", "paths_exclude_pattern")),
            replaced(('paths_exclude_pattern = ["x"], ', "")),
        ),
        (lambda t: edit.remove(t, ("permissions", "network")), replaced(('network = "Net"\n', ""))),
        (
            lambda t: edit.remove(t, ("permissions",)),
            replaced(
                ("[permissions] # why", "# why"), ('network = "Net"\n', ""), ('files = "F" #', "#")
            ),
        ),
        (
            lambda t: edit.add_field(t, "type", "theme"),
            replaced(('["q"] }\n', '["q"] }\ntype = "theme"\n')),
        ),
        (
            lambda t: edit.move_key(t, ("permissions", "files"), table=""),
            replaced(('files = "F" # read\n', ""), ('["q"] }\n', '["q"] }\nfiles = "F" # read\n')),
        ),
        (
            lambda t: edit.move_key(t, ("build", "tags"), table="permissions"),
            replaced((', tags = ["q"]', ""), ("# read\n", '# read\ntags = ["q"]\n')),
        ),
        (
            lambda t: edit.append_items(t, ("wheels",), ["c"]),
            replaced(('b.whl",\n', 'b.whl",\n  "c",\n')),
        ),
        (
            lambda t: edit.append_items(t, ("tags",), ["c"]),
            replaced(('"mesh"]', '"mesh", "c"]')),
        ),
    ],
)
def test_the_rest_of_the_text_stays_with_either_line_end(
    change: Callable[[str], str], expected: str
) -> None:
    tomllib.loads(expected)
    assert change(TEXT) == expected
    assert change(TEXT.replace("\n", "\r\n")) == expected.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda t: edit.remove(t, ("wheels",)),  # a comment would be lost
        lambda t: edit.set_value(t, ("wheels",), ["x"]),
        lambda t: edit.rename_key(t, ("id",), "tags"),  # there is one
        lambda t: edit.rename_key(t, ("permissions",), "rights"),  # a header
        lambda t: edit.move_key(t, ("permissions", "files"), table="build"),  # a comment
        lambda t: edit.set_value(t, ("name",), "x"),  # not there
        lambda t: edit.append_items(t, ("id",), ["x"]),
    ],
)
def test_an_edit_that_would_lose_or_break_something_is_not_made(
    change: Callable[[str], str],
) -> None:
    with pytest.raises(edit.InapplicableEdit):
        change(TEXT)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('a.b = "x"\n', ("a",)),
        ('[t]\na.b.c = "x"\n', ("t", "a", "b")),
        ('t = { a.b = "x", c = 1 }\n', ("t", "a")),
    ],
)
def test_a_table_of_dotted_keys_is_not_silently_kept(text: str, path: tuple[str, ...]) -> None:
    with pytest.raises(edit.InapplicableEdit):
        edit.remove(text, path)


def test_a_lost_comment_is_told_from_other_reasons() -> None:
    with pytest.raises(edit.LostComment):
        edit.remove(TEXT, ("wheels",))


def test_a_list_that_gets_too_long_has_a_line_for_each_item() -> None:
    text = edit.append_items('tags = ["a"] # b\n', ("tags",), ["c" * 50, "d" * 50])

    assert text == f'tags = [\n  "a",\n  "{"c" * 50}",\n  "{"d" * 50}",\n] # b\n'
