"""Large files, copies of large files, and working files are named, with what they cost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.author.trees import make_source
from tests.rules.file_problems import checked, codes, in_folder, write
from tests.samples.packages import add_on


def test_a_large_file_is_named_with_its_share() -> None:
    data = os.urandom(12_000_000)
    stored = add_on(("gears.blend", data))

    [problem] = checked(stored)

    assert problem.code == "file.large"
    assert problem.message == "gears.blend takes 12 MB, 99 % of the package"


def test_a_file_that_packs_well_is_not_large_in_a_package_and_in_its_folder(tmp_path: Path) -> None:
    assert codes(add_on(("gears.blend", bytes(12_000_000) + os.urandom(99_999)))) == []

    source = make_source(tmp_path)
    write(source, "gears.txt", b"gear " * 3_000_000)
    write(source, "gears.blend", os.urandom(12_000_000))
    [problem] = in_folder(source)
    assert (problem.code, problem.where.file) == ("file.large", "gears.blend")
    assert problem.message == "gears.blend takes about 12 MB of the package, 99 % of it"


def test_a_copy_of_a_large_file_is_named_with_what_it_costs(tmp_path: Path) -> None:
    data = os.urandom(300_000)
    files = (("a.hdr", data), ("b/a.hdr", data), ("c/a.hdr", data), ("d.hdr", data[::-1]))
    [problem] = checked(add_on(*files))
    assert problem.code == "file.duplicate"
    assert problem.message.startswith("a.hdr is packed 2 more times, ")
    assert problem.where.path == ("b/a.hdr",)

    source = make_source(tmp_path)
    for name, content in files:
        write(source, name, content)
    [same] = in_folder(source)
    assert (same.message, same.where.file) == (problem.message, "b/a.hdr")


def test_copies_of_small_files_are_usual() -> None:
    assert codes(add_on(("a/icon.png", b"i" * 9000), ("b/icon.png", b"i" * 9000))) == []


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("icons/gear.psd", "*.psd"),
        ("icons/gear.XCF", "*.XCF"),
        ("gears.blend1", "*.blend[1-9]*"),
        ("gears.py~", "*~"),
        ("gears.py.orig", "*.orig"),
        ("gears.py.rej", "*.rej"),
        ("gears.py.bak", "*.bak"),
        ("#gears.py#", "#*#"),
    ],
)
def test_a_working_file_is_named_with_a_pattern(name: str, pattern: str) -> None:
    [problem] = checked(add_on((name, b"data")))

    assert problem.code == "file.redundant"
    assert f"'{pattern}'" in problem.hint


def test_a_file_that_code_names_is_used() -> None:
    used = ("loader.py", b"open('gear.psd')\n")
    assert codes(add_on(("icons/gear.psd", b"8BPS"), used)) == []
