"""The decision: its confirmation, saved replies, claims of other moderators and the risk."""

from __future__ import annotations

from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation.claims import claim
from extery_site.moderation.decisions import hold_version
from extery_site.moderation.models import SavedReply
from extery_site.moderation.tasks import add_task
from tests.site import factories
from tests.site.moderation.review_page.steps import BASE, SignIn, post
from tests.site.pages.html import open_page, page_of


def test_a_confirmation_names_the_effect_and_changes_nothing(
    version: Version, browser: Client
) -> None:
    add_task(version=version, by=factories.make_moderator("imani"), text="Say why")
    response = browser.post(
        f"{BASE}decide/?step=approve", {"package": version.package_hashes, "reason": "Well done"}
    )
    page = page_of(response)
    assert page.h1 == "Approve Gear Tool 1.1.0?"
    assert "It gains network." in page.classed("confirm-effects")[0].words
    assert "1 task is still open" in page.classed("confirm")[0].words
    assert page.by_id("id_reason").words == "Well done"
    assert Version.objects.get(pk=version.pk).status == "in_review"


def test_a_confirmation_keeps_the_hashes_that_were_seen(version: Version, browser: Client) -> None:
    response = browser.post(f"{BASE}decide/?step=approve", {"package": "ab" * 32})
    page = page_of(response)
    values = [field["value"] for field in page.all("input") if field.get("name") == "package"]
    assert values == ["ab" * 32]
    assert "have changed since you opened the page" in page.classed("notice-warning")[0].words


def test_a_second_press_of_the_same_form_is_no_error(version: Version, browser: Client) -> None:
    for _ in range(2):
        response = post(browser, "approve", package=version.package_hashes, reason="Good")
        assert response.status_code == 302
    assert Event.objects.filter(kind="approved", version=version).count() == 1
    other = post(browser, "decline", package=version.package_hashes, reason="Bad")
    assert other.status_code == 409


def test_a_refused_press_keeps_the_message(version: Version, browser: Client) -> None:
    response = post(browser, "request_changes", package="ab" * 32, reason="A long message")
    assert response.status_code == 409
    assert page_of(response).by_id("id_reason").words == "A long message"


def test_a_saved_reply_is_inserted_and_filled_and_blocks_until_complete(
    version: Version, browser: Client
) -> None:
    reply = SavedReply.objects.create(title="Network", text="Hello {author}, name {host}.")
    form = {"package": version.package_hashes, "reason": "Thanks.", "reply": reply.pk}
    page = page_of(post(browser, "use_reply", **form))
    assert page.by_id("id_reason").words == "Thanks. Hello Ada Tester, name {host}."
    response = post(browser, "request_changes", **{**form, "reason": "Name {host}."})
    assert response.status_code == 422
    assert "not filled in: host" in page_of(response).by_id("id_reason_error").words
    assert Version.objects.get(pk=version.pk).status == "in_review"


def test_moderators_keep_saved_replies_on_a_page(
    browser: Client, stranger: User, signed_in: SignIn
) -> None:
    address = "/queue/-/saved-replies/"
    assert signed_in(stranger).get(address).status_code == 403
    browser.post(address, {"title": "Wheel", "text": "Where is {wheel} from?"})
    assert browser.post(address, {"title": "Wheel", "text": "Again"}).status_code == 409
    reply = SavedReply.objects.get()
    page = open_page(browser, f"{address}?edit={reply.pk}")
    assert page.by_id("id_title")["value"] == "Wheel"
    browser.post(f"{address}?edit={reply.pk}", {"step": "delete"})
    assert not SavedReply.objects.exists()
    assert browser.get(f"{address}?edit={reply.pk}").status_code == 404


def test_the_claim_of_a_version_on_hold_is_shown_too(
    version: Version, moderator: User, browser: Client
) -> None:
    imani = factories.make_moderator("imani")
    hold_version(version=version, by=moderator, reason="Its licence is being checked")
    claim(version=version, by=imani)
    assert b"imani is on this until" in browser.get(BASE).content


def test_a_claim_of_another_moderator_rests_the_decision_until_it_is_taken_over(
    version: Version, moderator: User, browser: Client, signed_in: SignIn
) -> None:
    imani = factories.make_moderator("imani")
    form = {"package": version.package_hashes, "reason": "Good"}
    post(signed_in(imani), "claim", tab="changes")
    page = open_page(browser, f"{BASE}changes/")
    assert "imani is on this until" in page.by_id("claimed").words
    refused = post(browser, "approve", **form)
    assert refused.status_code == 409
    assert page_of(refused).by_id("id_reason").words == "Good"
    [field] = [one for one in page.all("input") if one.get("name") == "claim"]
    post(browser, "take_over", tab="changes", claim=field["value"])
    assert post(browser, "approve", **form).status_code == 302
    assert Version.objects.get(pk=version.pk).status == "approved"


def test_moderators_see_risk_and_waiting_times_and_visitors_do_not(
    version: Version, browser: Client, client: Client
) -> None:
    page = open_page(browser, BASE)
    assert "Gains the permission network" in page.classed("decide-risk")[0].words
    assert page.classed("review-place")[0].words == "1 of 1"
    assert "With us 0 min" in page.classed("split-clock")[0].words
    assert not open_page(client, BASE).classed("decide-risk")
