"""The tabs of an extension: versions, the matrix of Blenders, the review log, related extensions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core import platforms
from extery_site.accounts.models import User
from extery_site.catalog.models import BlenderTest, Event, Extension, Version
from extery_site.moderation.comments import comment
from extery_site.publish import actions as publish
from extery_site.scanning.matrix import make_matrix
from extery_site.scanning.models import FileCheck, StepResult
from tests.site import factories
from tests.site.pages.html import open_page

pytestmark = pytest.mark.django_db

PAGE = "/extensions/gear_tool/"
Approve = Callable[..., Version]
TABS = (
    "",
    "does/",
    "compatibility/",
    "versions/",
    "versions/compare/",
    "code/",
    "ratings/",
    "log/",
)


def add_code_result(version: Version, **details: Any) -> None:
    """Store what the code of a version says about Blenders."""
    [sha256] = version.package_hashes
    check, _ = FileCheck.objects.get_or_create(sha256=sha256)
    values = {"blenders": [], "breaks": [], "unread": [], "findings": [], "left_out": 0}
    StepResult.objects.update_or_create(
        file_check=check,
        name="compatibility",
        defaults={
            "outcome": StepResult.Outcome.PASSED,
            "details": values | details,
            "started_at": timezone.now(),
            "seconds": 0.1,
        },
    )


def cells(version: Version, **values: str) -> dict[tuple[str, str], tuple[str, str]]:
    versions = list(version.extension.versions.with_packages().newest_first())
    for one in versions:
        one.extension = version.extension
        for package in one.packages.all():
            package.version = one
    matrix = make_matrix(version.extension, versions, **values)
    return {
        (cell.blender, cell.platform): (cell.kind, cell.words)
        for row in matrix.rows
        for cell in row.cells
    }


def test_every_tab_has_an_address_and_shows_all_tabs(client: Client, approve: Approve) -> None:
    approve()
    for tab in TABS:
        page = open_page(client, PAGE + tab)
        [nav] = page.classed("ext-tabs")
        assert len(nav.children) == 7
        assert page.h1 == "Gear Tool"
        assert "User-Agent" in client.get(PAGE + tab)["Vary"]
        wrong = client.get(f"/extensions/Gear_Tool/{tab}?x=1")
        assert (wrong.status_code, wrong["Location"]) == (301, f"{PAGE}{tab}?x=1")
        open_page(client, f"/extensions/no_tool/{tab}", 404)


def test_old_addresses_of_changes_lead_to_the_comparison(client: Client, approve: Approve) -> None:
    approve()
    approve(version="1.1.0")
    answer = client.get(f"{PAGE}versions/1.1.0/changes/")
    assert answer["Location"] == f"{PAGE}versions/compare/?from=1.0.0&to=1.1.0"


def test_the_strongest_evidence_wins(approve: Approve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms, "current", lambda: "linux-x64")
    version = approve()
    assert cells(version)["5.3", "linux-x64"] == ("declared", "Author says so")
    assert cells(version)["5.3", "macos-x64"] == ("none", "No such Blender")
    add_code_result(version, blenders=["4.5", "5.2", "5.3"], breaks=["5.3"])
    found = cells(version)
    assert (
        found["5.3", "linux-x64"] == found["5.3", "windows-x64"] == ("fails", "Names are missing")
    )
    assert found["5.2", "windows-x64"] == ("predicted", "Should work")
    assert found["5.1", "windows-x64"] == ("declared", "Author says so")
    package = version.packages.get()
    tests = {5_003_000: ("5.3.0", True), 5_002_000: ("5.2.1", False)}
    for number, (release, works) in tests.items():
        BlenderTest.objects.create(package=package, blender=number, release=release, works=works)
    found = cells(version)
    assert found["5.3", "linux-x64"] == ("tested", "Passed in 5.3.0")
    assert found["5.2", "linux-x64"] == ("fails", "Failed in 5.2.1")
    assert found["5.2", "windows-x64"] == ("predicted", "Should work")


def test_the_matrix_shows_what_each_system_gets(approve: Approve) -> None:
    approve(blender_version_max="5.0.0")
    newest = approve(version="1.1.0", blender_version_min="4.5.0", platforms=["windows-x64"])
    found = cells(newest)
    assert found["5.3", "windows-x64"] == ("declared", "Author says so")
    assert found["5.3", "linux-x64"] == ("none", "No package")
    assert found["4.5", "linux-x64"] == ("declared", "Gets 1.0.0")
    assert found["4.2", "windows-x64"] == ("declared", "Gets 1.0.0")
    only = cells(approve(id="late", name="Late", blender_version_min="5.1.0"))
    assert only["5.0", "windows-x64"] == ("none", "Not for it")


def test_the_first_sentence_is_about_my_blender(client: Client, approve: Approve) -> None:
    version = approve()
    add_code_result(version, blenders=["4.5", "5.3"])
    client.cookies["extery_blender"] = "4.5:windows-x64:0"
    page = open_page(client, f"{PAGE}compatibility/")
    assert page.classed("compat-mine")[0].words == (
        "On your Blender 4.5 on Windows (x64): should work"
    )
    assert "Should work on yours" in page.classed("ext-facts")[0].words
    add_code_result(version, blenders=["4.5"], breaks=["4.5"])
    broken = open_page(client, PAGE)
    assert "Fails on yours" in broken.classed("get-fails")[0].words
    mine = [one for one in page.elements if "is-mine" in one.get("class") and one.tag == "td"]
    assert [one["headers"] for one in mine] == ["b-45 p-windows-x64"]


def test_withdrawn_versions_stay_struck_through_with_the_reason(
    client: Client, approve: Approve, owner: User
) -> None:
    approve()
    bad = approve(version="1.1.0")
    publish.unpublish(version=bad, by=owner, reason="Turns the wrong way <b>")
    page = open_page(client, f"{PAGE}versions/")
    row = page.by_id("v1.1.0")
    assert "withdrawn" in row.words
    assert "Withdrawn by its author: Turns the wrong way <b>" in row.words
    assert [one.words for one in page.all("s")] == ["1.1.0"]
    assert bad.packages.get().sha256 not in page.html
    assert "1.1.0" not in open_page(client, PAGE).html
    assert "newest" in page.by_id("v1.0.0").words


def test_versions_say_for_which_blender_they_are_the_newest(
    client: Client, approve: Approve
) -> None:
    approve()
    approve(version="1.1.0", blender_version_min="5.0.0")
    client.cookies["extery_blender"] = "4.5::0"
    marks = open_page(client, f"{PAGE}versions/").by_id("v1.0.0").words
    assert "for your Blender" in marks
    assert "newest for 4.2 – 4.5" in marks


def test_the_review_log_has_no_drafts_and_no_internal_notes(
    client: Client, approve: Approve, owner: User, moderator: User, signed_in: Any
) -> None:
    version = approve()
    extension = version.extension
    comment(extension=extension, version=version, by=owner, text="Thank you **all**")
    comment(extension=extension, version=version, by=moderator, text="Odd", is_internal=True)
    factories.make_draft(owner, version="1.1.0")
    for reader in (client, signed_in(owner), signed_in(moderator)):
        page = open_page(reader, f"{PAGE}log/")
        log = page.classed("log")[0].words
        assert "approved version 1.0.0" in log
        assert "Thank you all" in log
        assert "Odd" not in log
        assert "1.1.0" not in log
    assert page.by_id("checked").words == "How 1.0.0 was checked"


def test_a_log_of_many_events_has_pages(client: Client, approve: Approve, owner: User) -> None:
    version = approve()
    Event.objects.bulk_create(
        Event(
            extension=version.extension,
            version_number="1.0.0",
            kind=Event.Kind.COMMENT,
            by=owner,
            text=f"Number {at}",
            created_at=timezone.now() + timedelta(seconds=at),
        )
        for at in range(30)
    )
    assert "Number 29" in open_page(client, f"{PAGE}log/").html
    assert "approved version" in open_page(client, f"{PAGE}log/?page=2").html


def test_related_extensions_share_tags_or_the_author(
    client: Client, approve: Approve, moderator: User, stranger: User
) -> None:
    approve(tags=["Mesh", "Modeling"])
    factories.make_approved(stranger, moderator, id="near", name="Near", tags=["Mesh", "Modeling"])
    factories.make_approved(stranger, moderator, id="far", name="Far", tags=["Mesh"])
    factories.make_approved(stranger, moderator, id="other", name="Other", tags=["UV"])
    factories.make_approved(stranger, moderator, id="dark", name="Dark", type="theme")
    approve(id="cogs", name="Cogs", tags=["UV"])
    hidden = factories.make_approved(stranger, moderator, id="hid", name="Hid", tags=["Mesh"])
    Extension.objects.filter(pk=hidden.extension_id).update(unlisted_at=timezone.now())
    similar, same_author = open_page(client, PAGE).classed("related")
    assert [one.words for one in similar.children] == [
        "NENearMakes gears that turn",
        "FAFarMakes gears that turn",
    ]
    assert [one.words for one in same_author.children] == ["COCogsMakes gears that turn"]
