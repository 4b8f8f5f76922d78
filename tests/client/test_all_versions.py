"""Versions that a listing does not carry are asked for, where the repository offers them; answers are not trusted."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.client.all_versions import find_all_versions
from extery.client.execute import execute
from extery.client.index.queries import candidates
from extery.client.layout import RECORDS_FILE
from extery.client.lock_file import LockFile
from extery.client.locking import lock_target, plan_restore
from extery.client.network import Network
from extery.client.plan import Plan, PlanOptions, plan_install
from extery.client.plan_update import plan_update
from extery.client.records import find_installed, store_hold
from extery.client.repositories import Repository, change_repositories
from extery.client.requirements import Requirement
from extery.client.store import Store
from extery.client.sync import sync
from extery.client.targets import Target
from extery.core.errors import Refused
from extery.fetch import Fetcher, RetryPolicy
from extery.listing.entries import dump_listing, make_listing
from tests.fakes import FakeNetwork, FakeRepository
from tests.fetch.web import Fault, redirect, status

QUICK = RetryPolicy(attempts=1, first_delay=0.01, max_delay=1.0, read=10.0)


class Studio:
    """A repository that lists the newest versions only, and a target that was synced with it."""

    def __init__(self, folder: Path) -> None:
        self.repository = FakeRepository(folder / "studio")
        self.repository.lists_newest_only = True
        self.network = FakeNetwork(self.repository, retry_policy=QUICK)
        self.target = Target(folder / "extensions", (4, 2, 99))
        self.store = Store(folder / "cache")
        own = Repository("studio", self.repository.url)
        change_repositories(self.target, lambda _: [own])

    def publish(self, *versions: str, **fields: Any) -> None:
        for version in versions:
            self.repository.add(f"gear_tool-{version}.zip", version=version, **fields)
        self.sync()

    def sync(self) -> None:
        with self.network:
            sync([self.target], fetcher_for=self.network)
        self.repository.requested()

    def install(self, *texts: str, **options: bool) -> Plan:
        with self.network:
            return plan_install(
                self.target,
                [Requirement.parse(text) for text in texts],
                find=candidates,
                installed=[*find_installed(self.target)],
                options=PlanOptions(**options),
                find_all_versions=partial(find_all_versions, fetcher_for=self.network),
            )

    def update(self, *texts: str) -> Plan:
        with self.network:
            return plan_update(
                self.target,
                [Requirement.parse(text) for text in texts],
                find=candidates,
                installed=[*find_installed(self.target)],
                find_all_versions=partial(find_all_versions, fetcher_for=self.network),
            )

    def execute(self, plan: Plan) -> None:
        with self.network:
            result = execute(
                plan,
                "install",
                store=self.store,
                make_fetcher=lambda repository, target: self.network(repository.url, target),
            )
        assert not result.failed

    def tamper(self, **fields: Any) -> None:
        """Publish an answer about version 1.0.0 with other values."""
        [old] = [item for item in self.repository.entries if item["version"] == "1.0.0"]
        data = dump_listing(make_listing([{**old, **fields}]))
        self.repository.web.put("/r/gear_tool/listing/", data)

    def fail(self, fault: Fault) -> None:
        self.repository.fake_web.fail("/r/gear_tool/listing/", fault)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def chosen(plan: Plan) -> list[tuple[str, str]]:
    return [(c.action.value, c.candidate.version.text) for c in plan.changes if c.candidate]


def codes(plan: Plan) -> list[str]:
    return [problem.code for problem in plan.problems]


@pytest.mark.parametrize(
    ("text", "version"),
    [("gear_tool==1", "1.5.0"), ("gear_tool<1.5", "1.0.0"), ("studio.gear_tool==1.0.0", "1.0.0")],
)
def test_an_older_version_is_found_where_the_listing_has_the_newest_only(
    studio: Studio, text: str, version: str
) -> None:
    studio.publish("1.0.0", "1.5.0", "2.0.0")
    plan = studio.install(text)
    assert chosen(plan) == [("install", version)]
    assert studio.repository.requested() == [""]  # one request, for one address
    studio.execute(plan)
    [installed] = find_installed(studio.target)
    assert installed.state.version == version


def test_a_listed_version_needs_no_other_request(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")
    assert chosen(studio.install("gear_tool>=1")) == [("install", "2.0.0")]
    assert studio.repository.requested() == []


def test_a_channel_is_the_newest_pre_release_of_that_name(studio: Studio) -> None:
    studio.publish("1.0.0", "1.1.0-alpha.1", "1.1.0-beta.1", "1.1.0-beta.2", "1.0.1")
    assert chosen(studio.install("gear_tool@beta")) == [("install", "1.1.0-beta.2")]
    assert chosen(studio.install("gear_tool@alpha")) == [("install", "1.1.0-alpha.1")]
    assert chosen(studio.install("gear_tool@pre<1.1")) == [("install", "1.0.1")]


def test_a_release_is_found_behind_a_newer_pre_release(studio: Studio) -> None:
    studio.publish("1.0.0", "1.1.0-beta.1")
    plan = studio.install("gear_tool")
    assert chosen(plan) == [("install", "1.0.0")]


def test_a_pin_is_updated_within_its_versions(studio: Studio) -> None:
    studio.publish("1.0.0")
    studio.execute(studio.install("gear_tool"))
    [installed] = find_installed(studio.target)
    store_hold(studio.target, installed, "<2")
    studio.publish("1.2.0", "2.0.0")
    assert chosen(studio.update()) == [("update", "1.2.0")]
    store_hold(studio.target, installed, "==1.0.0")
    studio.repository.requested()
    assert studio.update().current
    assert studio.repository.requested() == []


def test_a_downgrade_to_a_version_that_is_not_listed_has_to_be_allowed(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.execute(studio.install("gear_tool"))
    assert codes(studio.install("gear_tool==1.0.0")) == ["install.downgrade"]
    plan = studio.install("gear_tool==1.0.0", allow_downgrade=True)
    assert chosen(plan) == [("downgrade", "1.0.0")]
    studio.execute(plan)
    [installed] = find_installed(studio.target)
    assert installed.state.version == "1.0.0"


def test_an_update_to_a_version_that_does_not_exist_is_an_error(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.execute(studio.install("gear_tool"))
    plan = studio.update("gear_tool==9")
    assert codes(plan) == ["install.no-version"]
    assert plan.problems[0].message == ("no version matches gear_tool==9; there are 2.0.0, 1.0.0")


def test_a_lock_with_a_version_that_is_not_listed_any_more_is_restored(
    studio: Studio, tmp_path: Path
) -> None:
    studio.publish("1.0.0")
    studio.execute(studio.install("gear_tool"))
    lock: LockFile
    lock, problems = lock_target(studio.target, find=candidates)
    assert not problems
    studio.publish("2.0.0")
    studio.execute(studio.update())
    studio.store.path(lock.extensions[0].state.sha256).unlink()
    plan = plan_restore(studio.target, lock, installed=[*find_installed(studio.target)])
    assert chosen(plan) == [("downgrade", "1.0.0")]
    studio.execute(plan)
    [installed] = find_installed(studio.target)
    assert installed.state == lock.extensions[0].state


def test_an_old_version_that_blender_has_installed_is_locked(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.execute(studio.install("gear_tool==1.0.0"))
    (studio.target.state_folder / RECORDS_FILE).unlink()
    lock, problems = lock_target(studio.target, find=candidates)
    assert [problem.code for problem in problems] == ["lock.unknown-package"]
    with studio.network:
        find = partial(find_all_versions, fetcher_for=studio.network)
        lock, problems = lock_target(studio.target, find=candidates, find_all_versions=find)
    assert not problems
    assert lock.extensions[0].state.version == "1.0.0"


def test_a_plain_repository_states_that_it_lists_only_these_versions(studio: Studio) -> None:
    studio.repository.lists_newest_only = False
    studio.publish("2.0.0")
    plan = studio.install("gear_tool==1")
    assert plan.problems[0].message == (
        "no version matches gear_tool==1: nothing but 2.0.0 is listed by studio"
    )
    assert studio.repository.requested() == []


@pytest.mark.parametrize("fault", [status(500), status(404), status(403)])
def test_a_repository_that_cannot_be_asked_costs_only_what_it_does_not_list(
    studio: Studio, fault: Fault
) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.repository.add("spring.zip", extension_id="spring")
    studio.sync()
    studio.fail(fault)
    plan = studio.install("gear_tool==1", "spring")
    assert codes(plan) == ["install.no-version"]
    assert "asking for others failed" in plan.problems[0].message
    assert [change.id for change in plan.changes] == ["spring"]


def test_without_network_only_listed_versions_are_known(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")

    def refuse(url: str, _target: Target) -> Fetcher:
        raise Refused.of("repo.offline", variant="option", url=url)

    plan = plan_install(
        studio.target,
        [Requirement.parse("gear_tool==1.0.0")],
        find=candidates,
        installed=[],
        find_all_versions=partial(find_all_versions, fetcher_for=refuse),
    )
    assert codes(plan) == ["install.no-version"]
    assert "switched off by --offline" in plan.problems[0].message


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "other_tool"},
        {"archive_size": -1},
        {"archive_hash": "sha256:1"},
        {"version": "1.x"},
        {"type": "script"},
        {"name": ""},
    ],
)
def test_an_entry_that_a_listing_could_not_have_is_ignored(
    studio: Studio, fields: dict[str, Any]
) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.tamper(**fields)
    plan = studio.install("gear_tool==1.0.0")
    assert codes(plan) == ["install.no-version"]
    assert not plan.changes


def test_a_package_with_other_bytes_than_the_answer_states_is_refused(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.tamper(archive_hash=f"sha256:{'0' * 64}")
    plan = studio.install("gear_tool==1.0.0")
    with studio.network:
        result = execute(
            plan,
            "install",
            store=studio.store,
            make_fetcher=lambda repository, target: studio.network(repository.url, target),
        )
    assert len(result.failed) == 1
    assert not [*find_installed(studio.target)]


def test_the_reason_against_a_version_that_is_not_listed_is_stated(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.tamper(blender_version_min="5.0.0")
    plan = studio.install("gear_tool==1.0.0")
    assert codes(plan) == ["install.incompatible"]
    assert "it needs Blender 5.0.0 or newer" in plan.problems[0].message


@pytest.mark.parametrize("is_in_listing", [True, False])
def test_a_blocked_extension_has_no_older_versions(studio: Studio, is_in_listing: bool) -> None:
    studio.publish("1.0.0", "2.0.0")
    block = {"id": "gear_tool", "reason": "it mines coins"}
    studio.repository.blocklist.append(block)
    if is_in_listing:
        studio.repository.publish()
        studio.sync()
        studio.tamper()  # the answer does not block it
    else:
        entries = [item for item in studio.repository.entries if item["version"] == "1.0.0"]
        data = dump_listing(make_listing(entries, [block]))
        studio.repository.web.put("/r/gear_tool/listing/", data)
    plan = studio.install("gear_tool==1.0.0")
    assert codes(plan) == ["install.blocked"]
    assert not plan.changes


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b"\xff", b'{"version":"v1","data":{}}'])
def test_an_answer_that_is_no_listing_is_an_error_of_this_extension(
    studio: Studio, body: bytes
) -> None:
    studio.publish("1.0.0", "2.0.0")
    studio.repository.web.put("/r/gear_tool/listing/", body)
    assert codes(studio.install("gear_tool==1.0.0")) == ["install.no-version"]


def test_an_answer_from_another_host_is_refused(studio: Studio) -> None:
    studio.publish("1.0.0", "2.0.0")
    data = json.dumps(make_listing(studio.repository.entries)).encode()
    studio.repository.web.put("/r/elsewhere", data)
    studio.fail(
        redirect(studio.repository.web.url.replace("127.0.0.1", "localhost") + "/r/elsewhere")
    )
    plan = studio.install("gear_tool==1.0.0")
    assert codes(plan) == ["install.no-version"]
    assert "another server" in plan.problems[0].message


def test_an_answer_that_is_too_long_is_refused(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.publish("1.0.0", "2.0.0")
    monkeypatch.setattr("extery.client.all_versions.MAX_SIZE", 300)
    plan = studio.install("gear_tool==1.0.0")
    assert codes(plan) == ["install.no-version"]
    assert "sends more than 300 bytes" in plan.problems[0].message


def test_info_shows_versions_that_are_not_listed_if_asked(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    studio.publish("1.0.0", "2.0.0")
    target = ["--dir", str(studio.target.folder), "--blender", "4.2", "--json"]

    def versions(*options: str) -> list[str]:
        with studio.network:
            result = CliRunner().invoke(extery, ["info", "gear_tool", *options, *target])
        [found] = json.loads(result.stdout)["targets"]
        return [item["version"] for item in found["versions"]]

    def fetcher(_network: Network, url: str, target: Target, **_options: Any) -> Fetcher:
        return studio.network(url, target)

    monkeypatch.setattr(Network, "fetcher", fetcher)
    assert versions() == ["2.0.0"]
    assert versions("--all-versions") == ["2.0.0", "1.0.0"]
