"""The risk of a version: a score with reasons that add up, stored with the entry of the queue."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.moderation import decisions as moderation
from extery_site.moderation import queue_tasks, risk
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.package_changes import PackageChange
from extery_site.publish import actions as publish
from extery_site.reports import actions as reports
from tests.site import factories
from tests.site.packages import package

NOTHING = risk.Facts(
    gained=(),
    findings=0,
    reports=0,
    downloads=0,
    approved_before=1,
    declined=0,
    change=PackageChange(),
)
numbers = st.integers(0, 200_000)


def texts(found: risk.Risk) -> list[str]:
    return [reason.text for reason in found.reasons]


def entry_of(version: Version) -> QueueEntry:
    return QueueEntry.objects.get(version=version)


@given(
    st.lists(st.sampled_from(["network", "files", "clipboard", "camera", "odd"]), unique=True),
    numbers,
    numbers,
    numbers,
    st.booleans(),
    numbers,
    numbers,
    st.integers(0, 50),
)
def test_the_reasons_add_up_to_a_score_between_0_and_100(
    gained: list[str],
    findings: int,
    reported: int,
    downloads: int,
    known: bool,
    declined: int,
    lines: int,
    hosts: int,
) -> None:
    change = PackageChange(lines, lines, 3, tuple(f"h{n}.org" for n in range(hosts)), findings)
    facts = risk.Facts(tuple(gained), findings, reported, downloads, int(known), declined, change)
    found = risk.risk_of(facts)
    assert found.score == sum(reason.points for reason in found.reasons)
    assert 0 <= found.score <= 100


def test_a_version_that_changes_nothing_of_note_has_no_risk() -> None:
    assert risk.risk_of(NOTHING) == risk.Risk(0, ())


def test_more_of_anything_is_never_less_risk() -> None:
    few = NOTHING._replace(gained=("files",), findings=1, reports=1, downloads=1_000)
    many = few._replace(gained=("files", "network"), findings=3, reports=2, downloads=20_000)
    assert 0 < risk.risk_of(few).score < risk.risk_of(many).score


@pytest.mark.parametrize(
    ("score", "level"), [(0, "low"), (29, "low"), (30, "middle"), (54, "middle"), (55, "high")]
)
def test_a_score_has_a_level(score: int, level: str) -> None:
    assert risk.Risk(score, ()).level == level


def test_a_submitted_version_has_a_stored_risk(owner: User) -> None:
    version = factories.make_waiting(owner, permissions={"network": "Fetches gears"})
    stored = risk.stored_risk(version)
    assert stored == risk.assess(version)
    assert texts(stored)[:2] == [
        "Gains the permission network",
        "No approved version of this author yet",
    ]
    assert risk.stored_risk(factories.make_draft(owner, id="draft", name="Draft")) is None


def test_permissions_count_only_if_the_approved_version_has_not_got_them(
    owner: User, moderator: User
) -> None:
    asks = {"network": "Fetches gears"}
    factories.make_approved(owner, moderator, permissions=asks)
    same = factories.make_waiting(owner, version="1.1.0", permissions=asks)
    more = factories.make_waiting(
        owner, version="1.2.0", permissions={**asks, "files": "Saves gears"}
    )
    assert entry_of(same).gained == []
    assert entry_of(more).gained == ["files"]
    assert entry_of(more).base_number == "1.0.0"
    assert not entry_of(more).by_new_author


def test_a_task_measures_the_packages_against_the_approved_version(
    owner: User, moderator: User, run_tasks: Callable[[], int]
) -> None:
    code = "first = 1\nsecond = 2\n"
    factories.make_approved(owner, moderator, files={"gears.py": code, "old.so": "x"})
    version = factories.make_waiting(
        owner,
        version="1.1.0",
        files={
            "gears.py": "first = 1\nthird = 3\nurl = 'https://gears.example.org/a'\n",
            "old.so": "x",
            "new.so": "y",
        },
    )
    assert entry_of(version).lines_added is None
    run_tasks()
    entry = entry_of(version)
    # The manifest changes, too: its version.
    assert (entry.lines_added, entry.lines_removed, entry.files_changed) == (3, 2, 3)
    assert entry.new_hosts == ["gears.example.org"]
    assert entry.binaries == 1
    assert {"1 new network host", "1 new or changed binary"} <= set(texts(risk.assess(version)))
    assert entry.risk == risk.assess(version).score


def test_a_replaced_package_is_measured_again(
    owner: User, moderator: User, run_tasks: Callable[[], int]
) -> None:
    version = factories.make_waiting(owner)
    run_tasks()
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Shorter"
    )
    data = package(files={"native.pyd": "MZ"})
    publish.receive_upload(file=io.BytesIO(data), name="gear.zip", user=owner)
    run_tasks()
    assert entry_of(version).binaries == 1


def test_a_missing_file_does_not_stop_the_measurement(
    owner: User, run_tasks: Callable[[], int], settings: Any
) -> None:
    version = factories.make_waiting(owner)
    for path in settings.MEDIA_ROOT.rglob("*.zip"):
        path.unlink()
    run_tasks()
    assert entry_of(version).lines_added == 0


def test_open_reports_and_reach_count(owner: User, moderator: User, stranger: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    version = factories.make_waiting(owner, version="1.1.0")
    reports.report_extension(extension=extension, by=stranger, reason="broken", text="Broken")
    Extension.objects.update(download_count=12_400)
    queue_tasks.assess_open_versions.call()
    current = Version.objects.get(pk=version.pk)
    assert {"1 open report", "12,400 downloads"} <= set(texts(risk.assess(current)))
    assert entry_of(version).reports == 1


def test_a_decision_changes_the_risk_of_other_versions_of_its_author(
    owner: User, moderator: User, run_tasks: Callable[[], int]
) -> None:
    other = factories.make_waiting(owner, id="other", name="Other")
    first, second = (
        factories.make_waiting(owner, id=name, name=name.title()) for name in ("first", "second")
    )
    assert entry_of(other).by_new_author
    moderation.approve_version(version=first, packages=first.package_hashes, by=moderator)
    moderation.decline_version(
        version=second, packages=second.package_hashes, by=moderator, reason="No"
    )
    run_tasks()
    entry = entry_of(other)
    assert not entry.by_new_author
    assert entry.reasons != [18, 6]
    assert [6, "1 declined version or block of this author within a year"] in entry.reasons


def test_assessing_needs_a_fixed_number_of_queries(
    owner: User, django_assert_num_queries: Any
) -> None:
    version = factories.make_waiting(owner)
    for number in range(3):
        factories.make_waiting(owner, id=f"tool_{number}", name=f"Tool {number}")
    with django_assert_num_queries(8):
        risk.assess(version)
    assert version.extension.owner_id == owner.pk
