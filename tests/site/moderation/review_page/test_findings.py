"""The tab Findings: findings become tasks, are waived, or are gone."""

from __future__ import annotations

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation.decisions import approve_version
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Task, Waiver
from extery_site.moderation.waivers import waive
from tests.site import factories
from tests.site.moderation.review_page.steps import BASE, SignIn, alert_of, post
from tests.site.pages.html import open_page


def test_a_finding_becomes_a_task_and_is_waived_for_later_versions(
    version: Version, owner: User, moderator: User, browser: Client
) -> None:
    [fingerprint] = findings_of(version)
    page = open_page(browser, f"{BASE}findings/")
    assert "new" in page.by_id(f"finding-{fingerprint}").words
    post(browser, "task_of_finding", tab="findings", finding=fingerprint)
    task = Task.objects.get()
    assert task.fingerprint == fingerprint
    finding = findings_of(version)[fingerprint]
    assert task.text.lower() == f"{finding.message}: {finding.hint}".lower()
    missing = post(browser, "waive", tab="findings", finding=fingerprint, reason=" ")
    assert "Write why it is fine." in alert_of(missing)
    post(browser, "waive", tab="findings", finding=fingerprint, reason="A template")
    post(browser, "waive", tab="findings", finding=fingerprint, reason="A template")
    assert Event.objects.filter(kind="finding_waived").count() == 1
    approve_version(version=version, packages=version.package_hashes, by=moderator)
    factories.make_waiting(owner, version="1.2.0", files={"__init__.py": "# New\ndef (:\n"})
    later = open_page(browser, "/queue/gear_tool/1.2.0/findings/")
    row = later.by_id(f"finding-{fingerprint}").words
    assert "Waived by mod in the review of 1.1.0: A template" in row
    browser.post(
        "/queue/gear_tool/1.2.0/",
        {"step": "end_waiver", "tab": "findings", "finding": fingerprint},
    )
    assert not Waiver.objects.exists()


def test_findings_that_are_gone_are_shown(owner: User, moderator: User, browser: Client) -> None:
    other = {"id": "other_tool", "name": "Other Tool"}
    factories.make_approved(owner, moderator, files={"__init__.py": "def (:\n"}, **other)
    factories.make_waiting(owner, version="1.1.0", **other)
    page = open_page(browser, "/queue/other_tool/1.1.0/findings/?show=gone")
    assert page.by_id("gone").words == "Gone since 1.0.0 1"
    assert "package.init-syntax" in page.html


def test_volunteers_and_authors_do_not_waive(
    version: Version, owner: User, signed_in: SignIn
) -> None:
    [fingerprint] = findings_of(version)
    volunteer = factories.make_user("oskar", is_volunteer=True)
    for user in (owner, volunteer):
        response = post(
            signed_in(user), "waive", tab="findings", finding=fingerprint, reason="Fine"
        )
        assert response.status_code == 403
    assert not Waiver.objects.exists()


def test_waiving_an_unknown_finding_changes_nothing(version: Version, moderator: User) -> None:
    from extery.core.errors import NotFound

    with pytest.raises(NotFound):
        waive(version=version, fingerprint="nonsense", by=moderator, reason="Fine")
    assert not Waiver.objects.exists()
