"""Entries of a listing: their order, their addresses, and those that compete with each other."""

from pathlib import Path

import pytest

from extery.core.errors import ProblemList
from extery.listing.serialized import SerializedEntry, entries_of
from extery.repository.config.repository_config import RepositoryConfig, VersionPolicy
from extery.repository.index import PlannedListing, plan_listings, sorted_entries
from extery.repository.package_scan import scan_package
from tests.repository.packages import put


def scanned_entries(folder: Path) -> list[SerializedEntry]:
    return sorted_entries(scan_package(folder, path.name) for path in folder.iterdir())


def planned(
    folder: Path, config: RepositoryConfig = RepositoryConfig(), *, codes: list[str] | None = None
) -> dict[str, PlannedListing]:
    """Return the listings of a folder by address; ``codes`` are the expected problems."""
    problems = ProblemList()
    plans = plan_listings(scanned_entries(folder), config, problems, folder=folder)
    assert [problem.code for problem in problems] == (codes or [])
    return {plan.address: plan for plan in plans}


def test_entries_are_sorted_by_id_and_version_not_as_text(tmp_path: Path) -> None:
    for number, version in enumerate(["1.10.0", "1.9.0", "1.9.0-beta.2", "1.9.0-beta.10"]):
        put(tmp_path, f"{number}.zip", version=version)
    put(tmp_path, "z.zip", extension_id="a_tool")

    assert [(item.id, item.version) for item in scanned_entries(tmp_path)] == [
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
def test_the_url_of_a_package_is_percent_encoded(tmp_path: Path, name: str, address: str) -> None:
    put(tmp_path, name)

    assert scanned_entries(tmp_path)[0].url == address


def test_the_platforms_of_packages_that_fit_the_same_blender_are_named(tmp_path: Path) -> None:
    put(tmp_path, "all.zip")
    put(tmp_path, "some.zip", platforms=["windows-x64", "linux-x64"])
    problems = ProblemList()

    plan_listings(scanned_entries(tmp_path), RepositoryConfig(), problems, folder=tmp_path)

    [problem] = problems
    assert "all.zip (4.2.0 and newer), some.zip (4.2.0 and newer, " in problem.message
    assert "linux-x64" in problem.message
    assert "windows-x64" in problem.message


def test_packages_of_one_version_for_the_same_systems_are_reported(tmp_path: Path) -> None:
    put(tmp_path, "new one.zip")
    put(tmp_path, "old.zip", blender_version_max="5.0.0")
    problems = ProblemList()

    plan_listings(scanned_entries(tmp_path), RepositoryConfig(), problems, folder=tmp_path)

    [problem] = problems
    assert problem.code == "listing.several"
    assert problem.severity == "warning"
    assert problem.message == (
        "2 packages of gear_tool 1.2.3 fit the same Blender: new one.zip (4.2.0 and newer), "
        "old.zip (4.2.0 up to, not including, 5.0.0); new one.zip is listed where several fit"
    )
    assert problem.where.file == str(tmp_path / "new one.zip")


def test_the_package_that_a_report_calls_listed_is_the_one_that_is_listed(tmp_path: Path) -> None:
    for name in ("c.zip", "a.zip", "b.zip"):
        put(tmp_path, name)
    problems = ProblemList()

    [plan] = plan_listings(scanned_entries(tmp_path), RepositoryConfig(), problems, folder=tmp_path)

    assert [item.url for item in plan.items] == ["./a.zip"]
    assert problems[0].message.endswith("; a.zip is listed where several fit")


def test_other_versions_and_packages_for_other_systems_do_not_compete(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", extension_id="by_version", version="1.0.0")
    put(tmp_path, "b.zip", extension_id="by_version", version="2.0.0")
    put(tmp_path, "c.zip", extension_id="by_platform", platforms=["linux-x64", "linux-arm64"])
    put(tmp_path, "d.zip", extension_id="by_platform", platforms=["windows-x64"])
    for minor in ("11", "13"):
        wheels = [f"./gears-1.0-cp3{minor}-cp3{minor}-win_amd64.whl"]
        put(tmp_path, f"e{minor}.zip", extension_id="by_python", wheels=wheels)

    assert list(planned(tmp_path)) == ["index.json"]


def test_every_version_with_competing_packages_is_reported_once(tmp_path: Path) -> None:
    for extension_id in ("b_tool", "a_tool"):
        for number in range(6):
            put(tmp_path, f"{extension_id}{number}.zip", extension_id=extension_id)
    problems = ProblemList()

    plan_listings(scanned_entries(tmp_path), RepositoryConfig(), problems, folder=tmp_path)

    assert [problem.message.split(":")[0] for problem in problems] == [
        "6 packages of a_tool 1.2.3 fit the same Blender",
        "6 packages of b_tool 1.2.3 fit the same Blender",
    ]
    assert all(" and 2 more; " in problem.message for problem in problems)


def test_a_block_without_a_package_is_a_problem(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")

    beside = planned(tmp_path, RepositoryConfig([{"id": "gear_tool", "reason": "broken"}]))
    alone = planned(
        tmp_path,
        RepositoryConfig([{"id": "gone", "reason": "broken"}]),
        codes=["generate.block-without-package"],
    )

    assert list(beside) == list(alone) == ["index.json"]


def versions(plan: PlannedListing) -> list[str]:
    return [item["version"] for item in entries_of(plan.items)]


def test_unnamed_platforms_get_a_listing_of_their_own_if_they_would_lose_versions(
    tmp_path: Path,
) -> None:
    put(tmp_path, "universal.zip", version="1.0.0")
    put(tmp_path, "linux.zip", version="2.0.0", platforms=["linux-x64"])
    put(tmp_path, "plain.zip", extension_id="a_tool")

    plans = planned(tmp_path)

    assert list(plans) == ["index.json", "platforms/other/index.json"]
    other = plans["platforms/other/index.json"]
    assert [(item["id"], item["version"]) for item in entries_of(other.items)] == [
        ("a_tool", "1.2.3"),
        ("gear_tool", "1.0.0"),
    ]
    assert other.packages == ["plain.zip", "universal.zip"]
    assert other.audience.startswith("platforms other than windows-x64, ")


def test_a_configured_platform_needs_no_listing_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "universal.zip", version="1.0.0")
    put(tmp_path, "linux.zip", version="2.0.0", platforms=["linux-x64"])
    config = RepositoryConfig(platforms=["freebsd-x64"], other_platforms=False)

    plans = planned(tmp_path, config)

    assert list(plans) == ["index.json"]
    assert "freebsd-x64" in entries_of(plans["index.json"].items)[1]["platforms"]


def test_a_channel_is_a_listing_with_its_packages_in_its_folder(tmp_path: Path) -> None:
    put(tmp_path, "1.zip", version="1.0.0")
    put(tmp_path, "2 beta.zip", version="2.0.0-beta.1")
    config = RepositoryConfig(
        policy=VersionPolicy(prereleases=False),
        channels={"beta": VersionPolicy()},
        sets={"shot": VersionPolicy(only=[])},
    )

    plans = planned(tmp_path, config)

    assert {address: versions(plan) for address, plan in plans.items()} == {
        "index.json": ["1.0.0"],
        "beta/index.json": ["2.0.0-beta.1"],
        "sets/shot/index.json": [],
    }
    assert plans["beta/index.json"].packages == ["2 beta.zip"]
    assert entries_of(plans["beta/index.json"].items)[0]["archive_url"] == "./2%20beta.zip"


def test_with_a_base_url_channels_refer_to_packages_by_absolute_url(tmp_path: Path) -> None:
    put(tmp_path, "a b.zip")
    config = RepositoryConfig(
        base_url="https://example.org/repo/", channels={"beta": VersionPolicy()}
    )

    plans = planned(tmp_path, config)

    [entry] = entries_of(plans["beta/index.json"].items)
    assert entry["archive_url"] == "https://example.org/repo/a%20b.zip"
    assert plans["beta/index.json"].packages == ()
    assert entries_of(plans["index.json"].items)[0]["archive_url"] == "./a%20b.zip"


def test_settings_of_an_unknown_id_get_a_suggestion(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    problems = ProblemList()
    config = RepositoryConfig(extensions={"gear_tol": {}})

    plan_listings(scanned_entries(tmp_path), config, problems, folder=tmp_path)

    [problem] = problems
    assert problem.code == "generate.config-unknown-id"
    assert problem.hint == "did you mean 'gear_tool'?"


def test_fields_that_blender_would_refuse_are_not_applied(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    put(tmp_path, "b.zip", extension_id="other_tool")
    problems = ProblemList()
    config = RepositoryConfig(
        extensions={"gear_tool": {"name": "\n"}, "other_tool": {"name": "Other"}}
    )

    [plan] = plan_listings(scanned_entries(tmp_path), config, problems, folder=tmp_path)

    assert [problem.where.path for problem in problems] == [("extensions", "gear_tool", "name")]
    assert [item["name"] for item in entries_of(plan.items)] == ["Gear Tool", "Other"]
