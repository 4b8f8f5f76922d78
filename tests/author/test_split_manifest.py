"""The manifest of a split package: the author's text with a table added."""

import tomllib

import pytest

from extery.author.build.split_manifest import with_generated_table
from extery.manifest.document import Manifest
from tests.samples.packages import ADD_ON

FIELDS = b'platforms = ["windows-x64", "linux-x64"]\nwheels = ["./a-1-py3-none-any.whl"]\n'
#: Spellings of [build], and texts to which a table is hard to append.
ENDS = {
    "no build table": b"",
    "a section": b'[build]\npaths_exclude_pattern = ["docs/"]\n',
    "a section and another after it": b'[build]\npaths = ["a"]\n[permissions]\nfiles = "Read"\n',
    "dotted keys": b'build.paths_exclude_pattern = ["docs/"]\n',
    "a quoted dotted key": b'"build".paths = ["a"]\n',
    "an inline table": b'build = { paths_exclude_pattern = ["docs/", "}"] } # { remark\n',
    "an inline table without blanks": b'build={paths=["a"]}\n',
    "an inline table of several lines": b'build = {paths = [ # }\n "a",\n]}\n',
    "an empty inline table": b"build = {}\n",
    "an empty inline table with a blank": b"build = { }\n",
    "a quoted inline table": b'"build" = {paths = ["a"]}\n',
    "an inline table before a section": b'build = {paths = ["a"]}\n[permissions]\nfiles = "Read"\n',
    "no line break at the end": b"# the end",
    "blanks at the end": b"\n\n   ",
    "line breaks of Windows": b"[build]\r\npaths = []\r\n",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_the_table_is_added_and_all_other_values_stay(end: bytes) -> None:
    source = ADD_ON + FIELDS + end

    written = with_generated_table(source, platforms=["linux-x64"], wheels=[])

    before, after = tomllib.loads(source.decode()), tomllib.loads(written.decode())
    assert after.pop("build") == before.pop("build", {}) | {
        "generated": {"platforms": ["linux-x64"], "wheels": []}
    }
    assert after == before


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_the_manifest_of_a_package_has_its_platform_and_wheels(end: bytes) -> None:
    wheels = ["./b-1-py3-none-any.whl"]
    written = with_generated_table(ADD_ON + FIELDS + end, platforms=["linux-x64"], wheels=wheels)

    manifest = Manifest.parse(written, packaged=True)

    assert manifest.platforms == ("linux-x64",)
    assert manifest.wheels == ("./b-1-py3-none-any.whl",)


def test_the_text_of_the_author_stays_byte_for_byte() -> None:
    source = ADD_ON + FIELDS + ENDS["a section and another after it"]

    written = with_generated_table(source, platforms=["linux-x64"], wheels=None)

    assert written.startswith(source)
    assert b"wheels" not in written[len(source) :]


def test_the_line_endings_of_the_author_are_used() -> None:
    source = ADD_ON.replace(b"\n", b"\r\n")

    written = with_generated_table(source, platforms=["linux-x64"], wheels=None)

    assert written.count(b"\n") == written.count(b"\r\n")


def test_all_strings_are_escaped_as_toml() -> None:
    platforms = ['"', "\\", "日本", "😀", "\x7f", "a\tb"]

    written = with_generated_table(ADD_ON, platforms=platforms, wheels=None)

    assert tomllib.loads(written.decode())["build"]["generated"]["platforms"] == platforms
