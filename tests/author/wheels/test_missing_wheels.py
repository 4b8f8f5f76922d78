"""What `extery wheels add` says if there is no wheel or no version, and that it changes nothing then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.author.wheels.conftest import (
    add,
    codes,
    error_of,
)
from tests.author.wheels.fake_index import (
    ONLY_311,
    FakeIndex,
)


def test_a_missing_wheel_is_told_with_who_needs_it_and_what_there_is(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearkit", "1.0", requires=["gearlib"])
    index.add("gearlib", "2.0", ONLY_311)

    output = error_of(source, "gearkit")

    assert (
        "gearlib 2.0, which gearkit 1.0 needs, has no wheel for Python 3.13 on linux-x64, macos-arm64 and "
        "windows-x64; available: wheels for cp311 on macosx arm64, manylinux x86_64 and win amd64"
    ) in output
    assert "leave out the Blenders with Python 3.13" in output


def test_a_library_for_one_system_is_added_with_its_platform(
    index: FakeIndex, source: Path
) -> None:
    index.add("pywin32", "308", ["cp311-cp311-win_amd64", "cp313-cp313-win_amd64"])

    assert "add --platform windows-x64" in error_of(source, "pywin32")

    document = add(source, "pywin32", "--platform", "windows-x64")
    assert len(document["wheels"]) == 2
    assert codes(document) == []


def test_a_library_of_blender_that_is_too_old_can_be_bundled_in_spite_of_that(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", requires=["idna>=3.18"])
    index.add("idna", "3.18")

    assert "name idna too, with --with-shipped" in error_of(source, "gearlib")

    document = add(source, "gearlib", "idna", "--with-shipped")
    assert {wheel["library"] for wheel in document["wheels"]} == {"gearlib", "idna"}


def test_a_library_with_source_only_is_told(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "2.0", [])

    output = error_of(source, "gearlib")

    assert "available: the source only" in output
    assert "pip wheel gearlib==2.0" in output


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gearz", "gearz is not in http://127.0.0.1"),
        ("--platform=win64", "'win64' is not a platform of Blender"),
        ("gearlib==9", "no version of gearlib can be used: you asked for gearlib==9; the newest is 2.0"),
        ("gearlib=2", "'gearlib=2' is not a library"),
        ("gearlib @ https://example.org/x.whl", "it is a URL"),
        ("gearlib==1.0", "no version of gearlib can be used"),
        ("numpylib", "numpylib 1.0 needs numpy>=2, and Blender ships 1.24.3 (Blender 4.2)"),
        ("orphan", "gone, which orphan 1.0 needs, is not in"),
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_told(index: FakeIndex, source: Path, name: str, text: str) -> None:
    index.add("gearlib", "2.0")
    index.add("gearlib", "1.0", yanked="broken", source=False)
    index.add("numpylib", "1.0", requires=["numpy>=2"])
    index.add("orphan", "1.0", requires=["gone"])

    assert text in error_of(source, *(["gearlib"] if name.startswith("--") else []), name)


def test_two_requirements_that_no_version_fulfils_are_both_named(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", requires=["teeth<2"])
    index.add("cogs", "1.0", requires=["teeth>=2"])
    index.add("teeth", "1.0")
    index.add("teeth", "2.0")

    output = error_of(source, "gearlib", "cogs")

    assert "no version of teeth can be used" in output
    assert "gearlib 1.0 needs teeth<2" in output
    assert "cogs 1.0 needs teeth>=2" in output
