"""The decision form applies to the packages listed on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.pages.html import Page, page_of
from tests.site.stored import path_of

SignIn = Callable[[User], Client]
THREAD = "/queue/gear_tool/1.0.0/"
STATUSES = {
    "approve": "approved",
    "request_changes": "changes_requested",
    "decline": "declined",
}
every_decision = pytest.mark.parametrize("step", STATUSES)


@pytest.fixture
def browser(moderator: User, signed_in: SignIn) -> Client:
    return signed_in(moderator)


def form_of(page: Page) -> dict[str, Any]:
    """Return the data that the form of the page sends, with a reason."""
    hidden = [field for field in page.all("input") if field.get("type") == "hidden"]
    values: dict[str, Any] = {"reason": "Because of the gears."}
    for field in hidden:
        if field["name"] == "package":
            values.setdefault("package", []).append(field["value"])
    return values


def address_of(page: Page) -> str:
    """Return the address to which the decision form of the page is sent."""
    actions = {form.get("action") for form in page.all("form")}
    [address] = [action for action in actions if action.startswith("/queue/")]
    return address


def load(browser: Client) -> dict[str, Any]:
    return form_of(page_of(browser.get(THREAD)))


def notice_of(page: Page) -> str:
    [notice] = [item for item in page.classed("notice-error") if item.get("role") == "alert"]
    return notice.words


@every_decision
def test_a_decision_applies_to_the_packages_listed_on_the_page(
    owner: User, browser: Client, step: str
) -> None:
    version = factories.make_waiting(owner)
    page = page_of(browser.get(THREAD))
    [sha256] = version.package_hashes
    assert sha256 in page.by_id(f"hash-{sha256}").words
    assert f">{sha256[:12]}…</code>" in page.html
    form = form_of(page)
    assert form["package"] == [sha256]
    response = browser.post(THREAD, {**form, "step": step})
    assert response.status_code == 302
    version.refresh_from_db()
    assert version.status == STATUSES[step]
    assert Event.objects.decisions().get().packages == [sha256]


@every_decision
def test_a_package_replaced_after_the_page_was_loaded_rejects_the_decision(
    owner: User, browser: Client, step: str
) -> None:
    version = factories.make_waiting(owner)
    form = load(browser)
    [seen] = version.package_hashes
    [now] = factories.replace_package(version, owner).package_hashes
    response = browser.post(THREAD, {**form, "step": step})
    assert response.status_code == 409
    page = page_of(response)
    notice = notice_of(page)
    assert f"Added: add-on-gear_tool-v1.0.0.zip (SHA-256 {now[:12]}…)." in notice
    assert f"Removed: a package (SHA-256 {seen[:12]}…)." in notice
    assert "Review the current packages, then decide again." in notice
    assert page.by_id("id_reason").words == "Because of the gears."
    assert Version.objects.get().status == "in_review"
    assert not Event.objects.decisions().exists()
    # The response shows the new package, and its form applies to that one.
    assert form_of(page)["package"] == [now]
    assert any(now in link for link in page.links)
    assert browser.post(THREAD, {**form_of(page), "step": step}).status_code == 302
    assert Version.objects.get().status == STATUSES[step]


@every_decision
def test_a_platform_added_after_the_page_was_loaded_rejects_the_decision(
    owner: User, browser: Client, step: str
) -> None:
    version = factories.make_waiting(owner, platforms=["linux-x64"])
    form = load(browser)
    publish.withdraw(version=version, by=owner)
    factories.make_draft(owner, platforms=["windows-x64"])
    publish.submit(version=version, by=owner)
    response = browser.post(THREAD, {**form, "step": step})
    assert response.status_code == 409
    page = page_of(response)
    assert "1 added, 0 removed" in notice_of(page)
    assert len(form_of(page)["package"]) == 2
    assert not Event.objects.decisions().exists()


@every_decision
def test_a_form_decides_only_on_the_version_of_its_page(
    owner: User, browser: Client, step: str
) -> None:
    version = factories.make_waiting(owner)
    form = load(browser)
    other = factories.make_waiting(owner, version="2.0.0")
    publish.withdraw(version=version, by=owner)
    assert browser.post(THREAD, {**form, "step": step}).status_code == 409
    publish.discard_draft(version=version, by=owner)
    response = browser.post(THREAD, {**form, "step": step})
    assert response.status_code == 409
    page = page_of(response)
    assert "Version 1.0.0 no longer exists." in notice_of(page)
    assert address_of(page) == "/queue/gear_tool/2.0.0/"
    assert "Deleted" in page_of(browser.get(THREAD)).classed("state-discarded")[0].words
    assert browser.post("/queue/gear_tool/2.0.0/", {**form, "step": step}).status_code == 409
    wrong = {"package": other.package_hashes}
    assert browser.post(THREAD, {**form, **wrong, "step": step}).status_code == 409
    other.refresh_from_db()
    assert other.status == "in_review"
    assert not Event.objects.decisions().exists()


@every_decision
def test_a_draft_that_reuses_a_version_number_is_not_decided_on(
    owner: User, browser: Client, step: str
) -> None:
    version = factories.make_waiting(owner)
    form = load(browser)
    waiting = factories.make_waiting(owner, version="2.0.0")
    publish.withdraw(version=version, by=owner)
    publish.discard_draft(version=version, by=owner)
    factories.make_draft(owner)
    response = browser.post(THREAD, {**form, "step": step})
    assert response.status_code == 409
    page = page_of(response)
    assert "is not in review: its status is 'Draft'" in notice_of(page)
    # A draft is private: the page shows the version in review.
    assert address_of(page) == f"/queue/gear_tool/{waiting.number}/"
    assert set(Version.objects.values_list("status", flat=True)) == {"draft", "in_review"}


@every_decision
def test_a_form_without_hashes_or_with_other_hashes_is_rejected(
    owner: User, browser: Client, step: str
) -> None:
    [sha256] = factories.make_waiting(owner).package_hashes
    statuses = {
        (): 409,
        ("ab" * 32,): 409,
        (sha256, "ab" * 32): 409,
        ("nonsense",): 422,
        (sha256, "<b>"): 422,
    }
    for packages, status in statuses.items():
        form = {"package": packages, "step": step, "reason": "Hm"}
        response = browser.post(THREAD, form)
        assert response.status_code == status
        page = page_of(response)
        assert "The decision was not saved." in notice_of(page)
        assert form_of(page)["package"] == [sha256]
    form = {"package": sha256, "step": step, "reason": "Hm"}
    no_version = browser.post("/queue/gear_tool/", form)
    assert no_version.status_code == 400
    assert "does not name a version" in notice_of(page_of(no_version))
    assert not Event.objects.decisions().exists()


@every_decision
def test_a_decision_on_a_version_without_packages_is_rejected(
    owner: User, browser: Client, step: str
) -> None:
    factories.make_waiting(owner)
    Package.objects.all().delete()
    form = load(browser)
    assert "package" not in form
    response = browser.post(THREAD, {**form, "step": step})
    assert response.status_code == 409
    assert "has no package" in notice_of(page_of(response))
    assert Version.objects.get().status == "in_review"


@pytest.mark.parametrize("step", ["request_changes", "decline", "block"])
@pytest.mark.parametrize("reason", ["", "x" * 10_001], ids=["missing", "too long"])
def test_a_form_without_a_reason_also_reports_changed_packages(
    owner: User, browser: Client, step: str, reason: str
) -> None:
    version = factories.make_waiting(owner)
    form = load(browser)
    [now] = factories.replace_package(version, owner).package_hashes
    response = browser.post(THREAD, {**form, "step": step, "reason": reason})
    assert response.status_code in {409, 422}
    page = page_of(response)
    assert notice_of(page).count(f"(SHA-256 {now[:12]}…)") == 1
    assert form_of(page)["package"] == [now]
    assert not Event.objects.decisions().exists()


def test_a_form_with_a_damaged_file_also_reports_changed_packages(
    owner: User, browser: Client
) -> None:
    version = factories.make_waiting(owner, platforms=["linux-x64"])
    form = load(browser)
    publish.withdraw(version=version, by=owner)
    factories.make_draft(owner, platforms=["windows-x64"])
    publish.submit(version=version, by=owner)
    path_of(Package.objects.earliest("pk").file).unlink()
    response = browser.post(THREAD, {**form, "step": "approve"})
    assert response.status_code == 409
    assert "1 added, 0 removed" in notice_of(page_of(response))


def test_unchanged_packages_are_not_reported(owner: User, browser: Client) -> None:
    factories.make_waiting(owner)
    form = load(browser)
    response = browser.post(THREAD, {**form, "step": "decline", "reason": ""})
    assert response.status_code == 422
    assert "SHA-256" not in " ".join(item.words for item in page_of(response).classed("notice"))
    comment = browser.post(THREAD, {"step": "comment", "text": ""})
    assert not page_of(comment).classed("notice-error")


def test_a_damaged_file_is_reported_on_the_page(owner: User, browser: Client) -> None:
    factories.make_waiting(owner)
    form = load(browser)
    path_of(Package.objects.get().file).write_bytes(b"PK")
    response = browser.post(THREAD, {**form, "step": "approve"})
    assert response.status_code == 409
    assert "is damaged" in notice_of(page_of(response))
    assert not Extension.objects.public().exists()


def test_only_moderators_get_the_decision_form(
    client: Client, owner: User, stranger: User, signed_in: SignIn
) -> None:
    [sha256] = factories.make_waiting(owner).package_hashes
    for visitor, shown in ((client, False), (signed_in(stranger), False), (signed_in(owner), True)):
        page = page_of(visitor.get(THREAD))
        assert (sha256 in page.html) is shown
        assert "package" not in form_of(page)


@pytest.mark.parametrize("reason", ["", "x" * 10_001], ids=["short", "too long"])
@pytest.mark.parametrize("step", [*STATUSES, "block", "unblock"])
def test_permission_is_checked_before_packages_are_compared(
    owner: User, stranger: User, signed_in: SignIn, step: str, reason: str
) -> None:
    [sha256] = factories.make_waiting(owner).package_hashes
    form = {"package": "ab" * 32, "step": step, "reason": reason}
    response = signed_in(stranger).post(THREAD, form)
    assert response.status_code == 403
    assert sha256[:12] not in response.content.decode()


def test_a_form_about_another_version_reports_the_change(owner: User, browser: Client) -> None:
    """The reason is missing too, but the changed version must be reported."""
    version = factories.make_waiting(owner)
    form = load(browser)
    address = "/queue/gear_tool/0.9.0/"
    response = browser.post(address, {**form, "step": "decline", "reason": ""})
    assert response.status_code == 409
    assert f"this page shows {version.number}" in notice_of(page_of(response))
    version.refresh_from_db()
    assert version.status == Version.Status.IN_REVIEW


def test_a_version_discarded_while_its_files_are_read_is_a_conflict(
    owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = factories.make_waiting(owner)
    hashes = version.package_hashes
    real = moderation.check_stored_files

    def read_late(*arguments: Any) -> None:
        publish.withdraw(version=version, by=owner)
        path_of(Package.objects.get().file).unlink()
        real(*arguments)

    monkeypatch.setattr(moderation, "check_stored_files", read_late)

    with pytest.raises(Conflict) as caught:
        moderation.approve_version(version=version, packages=hashes, by=moderator)
    assert caught.value.code == "review.wrong-status"
