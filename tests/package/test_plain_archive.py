"""The fast reader of ordinary zips agrees with the full one, and reads what common tools write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

import pytest

from extery.core.errors import InvalidPackage, ProblemList
from extery.package import open_archive
from extery.package.archive import Member
from extery.package.plain_archive import read_plain_members
from tests.samples.packages import add_on
from tests.zips.mutations import Mutant, every_field, mutants
from tests.zips.seeds import SEEDS


class _OtherFile(io.BytesIO):
    """A file in memory that only the full reader reads."""


def _members_by_full_reader(data: bytes) -> list[Member] | None:
    """Return the members, or ``None`` for an archive with problems."""
    problems = ProblemList()
    try:
        with open_archive(_OtherFile(data), problems=problems) as archive:
            return None if problems else archive.members
    except InvalidPackage:
        return None


def _plain(archives: Iterable[Mutant]) -> list[Mutant]:
    """Return the archives that are in the subset; the full reader must return the same members."""
    found = []
    for mutant in archives:
        plain = read_plain_members(mutant.data)
        if plain is not None:
            assert plain == _members_by_full_reader(mutant.data), mutant.label
            found.append(mutant)
    return found


def test_both_readers_return_the_same_members_of_mutated_archives() -> None:
    originals = {name: SEEDS[name]() for name in SEEDS if name.startswith("python")}

    assert len(_plain(mutants(1_500, originals=originals))) > 50


@pytest.mark.parametrize("name", ["python", "python-stored", "python-subfolder", "python-theme"])
def test_both_readers_agree_whatever_a_field_contains(name: str) -> None:
    changed = [*every_field(name)]

    assert 0 < len(_plain(changed)) < len(changed)


@pytest.mark.parametrize("name", ["python-folders", "python-zip64", "python-streamed"])
def test_archives_with_folders_zip64_or_descriptors_are_not_in_the_subset(name: str) -> None:
    assert read_plain_members(SEEDS[name]()) is None


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_packages_written_by_python_are_in_the_subset(method: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("blender_manifest.toml", "x" * 100)
        archive.writestr("icons/gear.png", b"")

    members = read_plain_members(file.getvalue())

    assert members is not None
    assert [(m.name, m.size, m.method) for m in members] == [
        ("blender_manifest.toml", 100, method),
        ("icons/gear.png", 0, method),
    ]


def test_packages_built_by_extery_are_in_the_subset() -> None:
    assert read_plain_members(add_on(("tool.py", b"x = 1\n"))) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [("a.py", "A.py"), ("a", "a/b.py"), ("a.py", "b\\c.py"), ("a.py", "../b.py")],
)
def test_names_that_collide_or_leave_the_folder_are_not_in_the_subset(
    first: str, second: str
) -> None:
    assert read_plain_members(add_on((first, b"1"), (second, b"2"))) is None


def test_an_archive_followed_by_other_bytes_is_not_in_the_subset() -> None:
    assert read_plain_members(add_on() + b"\0") is None
    assert read_plain_members(b"") is None
