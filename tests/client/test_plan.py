"""A plan states what would change, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from extery.client.index.candidates import Candidate, reason_against
from extery.client.plan import Action, Plan, PlanOptions, plan_install
from extery.client.plan_update import plan_update
from extery.client.records import find_installed, store_hold
from extery.client.repositories import Repository
from extery.client.requirements import Requirement
from extery.client.targets import Target
from extery.client.transaction import transaction
from tests.client.samples import LOCAL, STUDIO, make_entry, make_package, make_target, state_of

OTHER = Repository("other", "https://example.net/index.json")


class Listings:
    """Listed versions in memory."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.candidates: list[Candidate] = []

    def add(
        self,
        identifier: str = "gear_tool",
        version: str = "1.0.0",
        *,
        repository: Repository = STUDIO,
        blocked: str = "",
        **fields: Any,
    ) -> None:
        entry = make_entry(identifier, version, **fields)
        reason = reason_against(entry, self.target.system)
        self.candidates.append(Candidate(repository, entry, reason, blocked))

    def find(self, _target: Target, identifier: str) -> Sequence[Candidate]:
        return [item for item in self.candidates if item.id == identifier]

    def install(self, *texts: str, **options: bool) -> Plan:
        requirements = [Requirement.parse(text) for text in texts]
        installed = [*find_installed(self.target)]
        chosen = PlanOptions(**options)
        return plan_install(
            self.target, requirements, find=self.find, installed=installed, options=chosen
        )

    def update(self, *texts: str, **options: bool) -> Plan:
        requirements = [Requirement.parse(text) for text in texts]
        installed = [*find_installed(self.target)]
        chosen = PlanOptions(**options)
        return plan_update(
            self.target, requirements, find=self.find, installed=installed, options=chosen
        )


@pytest.fixture
def listings(tmp_path: Path) -> Listings:
    return Listings(make_target(tmp_path, STUDIO, OTHER, LOCAL))


def put(listings: Listings, tmp_path: Path, version: str, repository: Repository = STUDIO) -> None:
    package = make_package(tmp_path, version=version)
    with transaction(listings.target, "install") as change:
        change.install(repository, "gear_tool", state_of(package), package)
        change.commit()


def summary(plan: Plan) -> list[tuple[str, str, str]]:
    return [
        (
            change.action.value,
            change.name,
            change.candidate.version.text if change.candidate else "",
        )
        for change in plan.changes
    ]


def codes(plan: Plan) -> list[str]:
    return [problem.code for problem in plan.problems]


def test_the_newest_version_that_fits_is_installed(listings: Listings) -> None:
    listings.add(version="1.0.0")
    listings.add(version="2.0.0", blender_version_min="5.0.0")
    listings.add(version="1.1.0")
    assert summary(listings.install("gear_tool")) == [("install", "studio.gear_tool", "1.1.0")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"blender_version_min": "5.0.0"}, "it needs Blender 5.0.0 or newer"),
        ({"blender_version_max": "4.2.0"}, "it is for Blender older than 4.2.0"),
        ({"platforms": ["macos-arm64"]}, "it is for macos-arm64, not for"),
        ({"python_versions": ["3.13"]}, "its wheels are for Python 3.13, not for 3.11"),
        ({"type": "asset-library"}, "asset libraries need Blender 5.3 or newer"),
    ],
)
def test_what_the_blender_cannot_use_is_not_installed_and_the_reason_is_stated(
    listings: Listings, fields: dict[str, Any], reason: str
) -> None:
    listings.add(**fields)
    plan = listings.install("gear_tool")
    assert codes(plan) == ["install.incompatible"]
    assert reason in plan.problems[0].message
    assert not plan.changes


def test_one_that_cannot_be_installed_does_not_stop_the_others(listings: Listings) -> None:
    listings.add()
    listings.add("bad_tool", blocked="it mines coins")
    listings.add("beta_tool", "1.0.0-beta.1")
    plan = listings.install("gear_tool", "bad_tool", "none_tool", "beta_tool", "gear_tool==1")
    assert codes(plan) == ["install.blocked", "install.unknown", "install.prereleases-only"]
    assert summary(plan) == [("install", "studio.gear_tool", "1.0.0")]


def test_requirements_for_one_extension_are_joined(listings: Listings) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        listings.add(version=version)
    plan = listings.install("gear_tool<2", "gear_tool!=1.1.0")
    assert summary(plan) == [("install", "studio.gear_tool", "1.0.0")]
    plan = listings.install("gear_tool==3")
    assert codes(plan) == ["install.no-version"]
    assert "2.0.0, 1.1.0, 1.0.0" in plan.problems[0].message


def test_an_id_of_two_repositories_has_to_be_named_with_one(
    listings: Listings, tmp_path: Path
) -> None:
    listings.add()
    listings.add(repository=OTHER, version="3.0.0")
    plan = listings.install("gear_tool")
    assert codes(plan) == ["install.ambiguous"]
    assert "other.gear_tool, studio.gear_tool" in plan.problems[0].message
    assert summary(listings.install("studio.gear_tool")) == [
        ("install", "studio.gear_tool", "1.0.0")
    ]
    put(listings, tmp_path, "0.9.0")
    assert summary(listings.install("gear_tool")) == [("update", "studio.gear_tool", "1.0.0")]


def test_an_installed_version_is_left_unless_it_is_to_be_installed_again(
    listings: Listings, tmp_path: Path
) -> None:
    listings.add()
    put(listings, tmp_path, "1.0.0")
    plan = listings.install("gear_tool")
    assert ([item.name for item in plan.current], plan.changes) == (["studio.gear_tool"], [])
    again = listings.install("gear_tool", reinstall=True)
    assert summary(again) == [("reinstall", "studio.gear_tool", "1.0.0")]


def test_a_downgrade_has_to_be_allowed(listings: Listings, tmp_path: Path) -> None:
    listings.add()
    put(listings, tmp_path, "2.0.0")
    assert codes(listings.install("gear_tool==1")) == ["install.downgrade"]
    allowed = listings.install("gear_tool==1", allow_downgrade=True)
    assert summary(allowed) == [("downgrade", "studio.gear_tool", "1.0.0")]
    assert summary(listings.update()) == [], "a lower listed version is no update"


def test_updates_come_from_the_own_repository_and_are_final_releases(
    listings: Listings, tmp_path: Path
) -> None:
    listings.add(version="1.1.0")
    listings.add(version="2.0.0-beta.1")
    listings.add(version="9.0.0", repository=OTHER)
    put(listings, tmp_path, "1.0.0")
    assert summary(listings.update()) == [("update", "studio.gear_tool", "1.1.0")]
    beta = listings.update("gear_tool@beta")
    assert summary(beta) == [("update", "studio.gear_tool", "2.0.0-beta.1")]


def test_a_pinned_extension_is_updated_within_its_pin(listings: Listings, tmp_path: Path) -> None:
    for version in ("1.1.0", "1.2.0", "2.0.0"):
        listings.add(version=version)
    put(listings, tmp_path, "1.0.0")
    [item] = find_installed(listings.target)
    store_hold(listings.target, item, "<1.2")
    assert summary(listings.update()) == [("update", "studio.gear_tool", "1.1.0")]
    assert codes(listings.install("gear_tool")) == ["install.held"]
    store_hold(listings.target, item, "==1.0.0")
    assert summary(listings.update()) == []
    store_hold(listings.target, item, "")
    assert summary(listings.update()) == [("update", "studio.gear_tool", "2.0.0")]


def test_a_local_extension_is_never_updated(listings: Listings, tmp_path: Path) -> None:
    put(listings, tmp_path, "1.0.0", LOCAL)
    listings.add(version="2.0.0")
    assert summary(listings.update()) == []
    assert codes(listings.update("mine.gear_tool")) == ["install.local"]
    assert codes(listings.update("none_tool")) == ["install.not-installed"]


def test_a_blocked_extension_is_named_by_an_update(listings: Listings, tmp_path: Path) -> None:
    put(listings, tmp_path, "1.0.0")
    listings.add(version="2.0.0", blocked="it mines coins")
    plan = listings.update()
    assert codes(plan) == ["install.blocked-installed"]
    assert not plan.changes


def test_the_permissions_that_an_update_gains_are_named(listings: Listings, tmp_path: Path) -> None:
    put(listings, tmp_path, "1.0.0")
    listings.add(version="2.0.0", permissions={"network": "Fetches gears"})
    [change] = listings.update().changes
    assert (change.action, change.gained_permissions) == (Action.UPDATE, ["network"])
