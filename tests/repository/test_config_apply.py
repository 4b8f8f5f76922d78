"""The selection of versions for a listing, and fields that the configuration replaces."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from extery.core.errors import ProblemList
from extery.listing.entries import Entry
from extery.listing.serialized import SerializedEntry
from extery.repository.config.apply import check_changes, select_entries
from extery.repository.config.repository_config import RepositoryConfig, VersionPolicy
from tests.samples.entries import short_entry

VERSIONS = ["1.0.0", "1.1.0", "1.10.0", "2.0.0-beta.1"]


def chosen(
    entries: list[Entry],
    rules: VersionPolicy = VersionPolicy(),
    *,
    codes: list[str] | None = None,
    **about: Any,
) -> list[Entry]:
    """Return the selected entries; ``about`` are the settings of gear_tool, ``codes`` the expected problems."""
    by_id = defaultdict(list)
    for item in entries:
        by_id[item["id"]].append(SerializedEntry.of(item))
    problems = ProblemList()
    config = RepositoryConfig(extensions={"gear_tool": about} if about else {})
    found = [item.entry for item in select_entries(by_id, rules, config, problems)]
    assert [problem.code for problem in problems] == (codes or [])
    return found


def versions(rules: VersionPolicy, **about: Any) -> list[str]:
    return [item["version"] for item in chosen([short_entry(v) for v in VERSIONS], rules, **about)]


@pytest.mark.parametrize(
    ("rules", "about", "expected"),
    [
        (VersionPolicy(), {}, VERSIONS),
        (VersionPolicy(prereleases=False), {}, VERSIONS[:3]),
        (VersionPolicy(retention=2), {}, VERSIONS[2:]),
        (VersionPolicy(retention=2, prereleases=False), {}, VERSIONS[1:3]),
        (VersionPolicy(pinned={"gear_tool": "1.1.0"}, retention=1), {}, ["1.1.0"]),
        (
            VersionPolicy(pinned={"gear_tool": "2.0.0-beta.1"}, prereleases=False),
            {},
            ["2.0.0-beta.1"],
        ),
        (VersionPolicy(only=["gear_tool"]), {}, VERSIONS),
        (VersionPolicy(only=[]), {}, []),
        (VersionPolicy(retention=1), {"retention": 3}, VERSIONS[1:]),
        (VersionPolicy(), {"prereleases": False, "retention": 1}, ["1.10.0"]),
    ],
)
def test_rules_choose_versions(
    rules: VersionPolicy, about: dict[str, Any], expected: list[str]
) -> None:
    assert versions(rules, **about) == expected


def test_all_packages_of_a_version_are_kept_together() -> None:
    entries = [
        short_entry("1.0.0"),
        *(short_entry("2.0.0", platforms=[p]) for p in ("linux-x64", "macos-x64")),
    ]

    assert chosen(entries, VersionPolicy(retention=1)) == entries[1:]


@pytest.mark.parametrize(
    "rules",
    [
        VersionPolicy(pinned={"gear_tool": "9.0.0"}),
        VersionPolicy(pinned={"gone": "1.0.0"}),
        VersionPolicy(only=["gone"]),
    ],
)
def test_a_pinned_or_selected_version_that_is_missing_is_a_problem(rules: VersionPolicy) -> None:
    found = chosen([short_entry("1.0.0")], rules, codes=["generate.version-missing"])

    assert found == ([short_entry("1.0.0")] if "gone" in rules.pinned else [])


def test_fields_of_the_configuration_replace_those_of_the_manifest() -> None:
    [item] = chosen([short_entry("1.0.0", name="Gear Tool")], name="Gears", tags=["Mesh"])

    assert (item["name"], item["tags"], list(item)) == (
        "Gears",
        ["Mesh"],
        ["id", "name", "version", "blender_version_min", "tags", "archive_url"],
    )


@pytest.mark.parametrize(
    ("own", "about", "expected"),
    [
        ({}, {"blender_version_min": "4.5"}, ("4.5.0", None)),
        ({}, {"blender_version_min": "4.0.0"}, ("4.2.0", None)),
        ({}, {"blender_version_max": "5.0.0"}, ("4.2.0", "5.0.0")),
        ({"blender_version_max": "4.5.0"}, {"blender_version_max": "5.0.0"}, ("4.2.0", "4.5.0")),
    ],
)
def test_the_configuration_can_restrict_blender_versions_but_not_extend_them(
    own: dict[str, Any], about: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    [item] = chosen([short_entry("1.0.0", **own)], **about)

    assert (item["blender_version_min"], item.get("blender_version_max")) == expected


def test_the_configuration_can_restrict_platforms_but_not_extend_them() -> None:
    universal, linux, windows = (
        short_entry("1.0.0"),
        short_entry("2.0.0", platforms=["linux-x64"]),
        short_entry("3.0.0", platforms=["windows-x64"]),
    )

    found = chosen([universal, linux, windows], platforms=["linux-x64", "macos-x64"])

    assert [(item["version"], item["platforms"]) for item in found] == [
        ("1.0.0", ["linux-x64", "macos-x64"]),
        ("2.0.0", ["linux-x64"]),
    ]


def test_a_version_without_blender_versions_left_is_not_listed() -> None:
    assert chosen([short_entry("1.0.0")], blender_version_max="4.2.0") == []


def test_fields_that_blender_would_refuse_are_reported_with_their_location() -> None:
    problems = ProblemList()
    config = RepositoryConfig(
        extensions={"gear_tool": {"website": "a\nb"}, "dusk": {"name": "Dusk"}}
    )

    assert check_changes(config, problems) == {"gear_tool"}
    [problem] = problems
    assert problem.where.path == ("extensions", "gear_tool", "website")


def test_invisible_text_in_settings_is_reported_with_its_location() -> None:
    problems = ProblemList()
    settings = {"name": "Gear\u202eTool", "tags": ["Mesh", "Mo\u200bdeling"]}
    config = RepositoryConfig(extensions={"gear_tool": settings})

    assert check_changes(config, problems) == {"gear_tool"}
    assert [(problem.code, problem.where.path[2:]) for problem in problems] == [
        ("manifest.name.invisible", ("name",)),
        ("manifest.tags.invisible", ("tags", 1)),
    ]
    assert problems[0].hint == "write 'GearTool'"
