"""Entries of a listing: their order, their addresses, and those that compete with each other."""

from pathlib import Path

import pytest

from extery.core.errors import ProblemList
from extery.core.listing import Entry
from extery.generate.config import Config
from extery.generate.index import check_entries, entries_of, is_rival
from extery.generate.scan import read_archive
from tests.generate.packages import put


def entries_in(folder: Path) -> list[Entry]:
    return entries_of(read_archive(path) for path in folder.iterdir())


def codes(entries: list[Entry], *blocked: str) -> list[str]:
    problems = ProblemList()
    config = Config([{"id": name, "reason": "broken"} for name in blocked])
    check_entries(entries, config, problems, folder=Path("packages"))
    return [problem.code for problem in problems]


def test_entries_are_sorted_by_id_and_version_not_as_text(tmp_path: Path) -> None:
    for number, version in enumerate(["1.10.0", "1.9.0", "1.9.0-beta.2", "1.9.0-beta.10"]):
        put(tmp_path, f"{number}.zip", version=version)
    put(tmp_path, "z.zip", extension_id="a_tool")

    assert [(item["id"], item["version"]) for item in entries_in(tmp_path)] == [
        ("a_tool", "1.2.3"),
        ("gear_tool", "1.9.0-beta.2"),
        ("gear_tool", "1.9.0-beta.10"),
        ("gear_tool", "1.9.0"),
        ("gear_tool", "1.10.0"),
    ]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("gear_tool-1.0.0.zip", "./gear_tool-1.0.0.zip"),
        ("a b&c.zip", "./a%20b%26c.zip"),
        ("100%#?.zip", "./100%25%23%3F.zip"),
        ("Zahnräder~.zip", "./Zahnr%C3%A4der~.zip"),
    ],
)
def test_an_address_leads_to_the_file_whatever_its_name(
    tmp_path: Path, name: str, address: str
) -> None:
    put(tmp_path, name)

    assert entries_in(tmp_path)[0]["archive_url"] == address


def test_versions_for_the_same_blender_are_named_with_their_files(tmp_path: Path) -> None:
    put(tmp_path, "new one.zip", version="2.0.0")
    put(tmp_path, "old.zip", version="1.0.0", blender_version_max="5.0.0")
    problems = ProblemList()

    check_entries(entries_in(tmp_path), Config(), problems, folder=tmp_path)

    [problem] = problems
    assert problem.code == "listing.several"
    assert problem.severity == "warning"
    assert problem.message == (
        "2 packages of gear_tool fit the same Blender: old.zip (4.2.0 up to, not including, 5.0.0), "
        "new one.zip (4.2.0 and newer)"
    )
    assert problem.where.file == str(tmp_path / "old.zip")


def test_versions_for_different_blenders_platforms_or_pythons_do_not_compete(
    tmp_path: Path,
) -> None:
    put(tmp_path, "a.zip", extension_id="by_blender", blender_version_max="5.0.0")
    put(tmp_path, "b.zip", extension_id="by_blender", blender_version_min="5.0.0")
    put(tmp_path, "c.zip", extension_id="by_platform", platforms=["linux-x64", "linux-arm64"])
    put(tmp_path, "d.zip", extension_id="by_platform", platforms=["windows-x64"])
    for minor in ("11", "13"):
        wheels = [f"./gears-1.0-cp3{minor}-cp3{minor}-win_amd64.whl"]
        put(tmp_path, f"e{minor}.zip", extension_id="by_python", wheels=wheels)

    assert codes(entries_in(tmp_path)) == []


def test_every_id_with_several_is_named_once(tmp_path: Path) -> None:
    for extension_id in ("b_tool", "a_tool"):
        for number in range(6):
            put(
                tmp_path,
                f"{extension_id}{number}.zip",
                extension_id=extension_id,
                version=f"1.0.{number}",
            )
    problems = ProblemList()

    check_entries(entries_in(tmp_path), Config(), problems, folder=tmp_path)

    assert [problem.message.split(":")[0] for problem in problems] == [
        "6 packages of a_tool fit the same Blender",
        "6 packages of b_tool fit the same Blender",
    ]
    assert all(problem.message.endswith(" and 2 more") for problem in problems)


PYTHONS = {
    "the same": (["3.11"], ["3.11", "3.13"], True),
    "different": (["3.11"], ["3.13"], False),
    "any Python 3 and one": (["3"], ["3.13"], True),
    "one and any Python 3": (["3.11"], ["3"], True),
    "not the tenth of 3.1": (["3.1"], ["3.11"], False),
    "none at all": ([], ["3.13"], True),
}


@pytest.mark.parametrize(("one", "other", "expected"), PYTHONS.values(), ids=PYTHONS)
def test_python_versions_meet_as_in_blender(
    one: list[str], other: list[str], expected: bool
) -> None:
    entries = [
        {"blender_version_min": "4.2.0", "python_versions": pythons} for pythons in (one, other)
    ]

    assert is_rival(*entries) == expected


def test_a_block_is_seen_beside_a_package_only(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")

    assert codes(entries_in(tmp_path), "gear_tool") == []
    assert codes(entries_in(tmp_path), "gone") == ["generate.block-without-package"]
