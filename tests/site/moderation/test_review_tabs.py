"""The tabs of the review of a version: Changes, Findings, Try it; the confirmation; who sees what."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery.isolation.client import Isolation
from extery.isolation.limits import ProcessEnded
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation.claims import claim
from extery_site.moderation.comments import comment
from extery_site.moderation.decisions import approve_version, hold_version, request_changes
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import PackageDifference, SavedReply, Task, TryAddress, Waiver
from extery_site.moderation.package_changes import measure
from extery_site.moderation.tasks import add_task
from extery_site.moderation.try_addresses import make_address
from extery_site.moderation.waivers import waive
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import Page, open_page, page_of
from tests.site.shared_database import SharedContent

SignIn = Callable[[User], Client]
BASE = "/queue/gear_tool/1.1.0/"
TABS = ("changes", "findings", "try")
CODE = 'import bpy\n\nURL = "https://places.example/"\nx = "\u202e"\n'


@pytest.fixture(scope="module", autouse=True)
def _update(shared_content: SharedContent) -> None:
    """An update in review, with a new file, a permission, a binary and a finding."""
    with shared_content.create():
        owner = factories.make_user("ada", full_name="Ada Tester")
        factories.make_approved(owner, factories.make_moderator("mod"))
        factories.make_waiting(
            owner,
            version="1.1.0",
            permissions={"network": "Look up places"},
            files={"places.py": CODE, "lib/fast.so": b"\0\1", "__init__.py": "def (:\n"},
        )


@pytest.fixture
def version(db: None) -> Version:
    """The update."""
    return Version.objects.select_related("extension").get(number="1.1.0")


@pytest.fixture
def browser(moderator: User, signed_in: SignIn) -> Client:
    return signed_in(moderator)


def post(client: Client, step: str, **data: Any) -> Any:
    return client.post(BASE, {"step": step, **data})


def alert_of(response: Any) -> str:
    [alert] = [item for item in page_of(response).all("div") if item.get("role") == "alert"]
    return alert.words


def test_the_changes_begin_with_permissions_hosts_and_binaries(
    version: Version, browser: Client
) -> None:
    page = open_page(browser, f"{BASE}changes/")
    [band] = page.classed("change-band")
    titles = [title.words for title in page.all("h2") if "section" in title.parents]
    assert "Gains the permission network" in titles
    assert "New host: places.example" in titles
    assert "1 new or changed binary" in titles
    assert "“Look up places”" in band.words
    assert "In places.py line 3" in band.words
    names = [element.words for element in page.classed("diff-name")]
    assert [name.split()[0] for name in names] == [
        "__init__.py",
        "blender_manifest.toml",
        "lib/fast.so",
        "places.py",
    ]
    assert "[U+202E]" in page.html


def test_an_update_that_asks_for_nothing_new_says_so(
    owner: User, moderator: User, browser: Client
) -> None:
    other = {"id": "other_tool", "name": "Other Tool"}
    factories.make_approved(owner, moderator, **other)
    factories.make_waiting(owner, version="1.1.0", **other)
    page = open_page(browser, "/queue/other_tool/1.1.0/changes/")
    assert "Asks for nothing new" in page.classed("change-quiet")[0].words


def test_the_difference_of_two_packages_is_computed_once(
    version: Version, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page(browser, f"{BASE}changes/")
    monkeypatch.setattr("extery_site.moderation.changes._compute", None)
    open_page(browser, f"{BASE}changes/")
    assert PackageDifference.objects.count() == 1


@pytest.mark.parametrize("reason", ["memory", "time", "output", "crash"])
def test_a_package_that_is_too_much_to_be_compared_is_a_message_and_not_tried_again(
    version: Version, browser: Client, monkeypatch: pytest.MonkeyPatch, reason: Any
) -> None:
    calls = []

    def call(*_: Any, **__: Any) -> None:
        calls.append(1)
        raise ProcessEnded(reason)

    monkeypatch.setattr(Isolation, "call", call)
    for _ in range(2):
        page = open_page(browser, f"{BASE}changes/")
        assert "A package cannot be compared" in page.html
        assert not page.classed("change-quiet")
    assert len(calls) == 1
    assert not measure(version, None).compared


def test_a_comparison_that_something_else_has_ended_is_tried_again(
    version: Version, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def call(*_: Any, **__: Any) -> None:
            raise ProcessEnded("signal")

        patch.setattr(Isolation, "call", call)
        assert "cannot be compared now" in open_page(browser, f"{BASE}changes/").html
    assert "cannot be compared" not in open_page(browser, f"{BASE}changes/").html


def test_a_build_is_compared_with_the_build_before(
    version: Version, owner: User, moderator: User, browser: Client
) -> None:
    [old] = version.package_hashes
    request_changes(version=version, packages=[old], by=moderator, reason="Say why")
    data = package(version="1.1.0", files={"places.py": CODE + "y = 1\n"})
    publish.receive_upload(file=io.BytesIO(data), user=owner)
    page = open_page(browser, f"{BASE}changes/?base={old}")
    options = [option.words for option in page.all("option") if option.get("value")]
    assert options[:2] == ["1.0.0, the last approved", "build 1"]
    names = [element.words.split()[0] for element in page.classed("diff-name")]
    assert "places.py" in names
    assert "Compare build 2 with" in page.html


def test_a_line_leads_to_a_field_for_a_task_or_a_comment(
    version: Version, browser: Client, moderator: User
) -> None:
    page = open_page(browser, f"{BASE}changes/")
    [link] = [a for a in page.links if "file=places.py" in a and "line=3#" in a]
    form = open_page(browser, f"{BASE}changes/{link}")
    assert form.by_id("id_line_text").tag == "textarea"
    [sha256] = version.package_hashes
    place = {"place_package": sha256, "place_file": "places.py", "place_line": "3"}
    response = post(browser, "add_task", tab="changes", text="Ask before it goes out", **place)
    assert response["Location"].startswith(f"{BASE}changes/")
    post(browser, "comment", tab="changes", text="Which places?", **place)
    assert Task.objects.get().place == {"package": sha256, "file": "places.py", "line": 3}
    assert Event.objects.get(kind="comment").place["line"] == 3
    page = open_page(browser, f"{BASE}changes/")
    [notes] = page.classed("diff-notes")
    assert "Which places?" in notes.words
    assert "Task: Ask before it goes out" in notes.words
    rejected = post(browser, "add_task", tab="changes", text=" ", **place)
    assert rejected.status_code == 422
    assert "The task is empty." in alert_of(rejected)


def test_a_whole_file_is_shown_on_request(owner: User, moderator: User, browser: Client) -> None:
    other, code = {"id": "long_tool", "name": "Long Tool"}, "x = 1\n" * 40
    factories.make_approved(owner, moderator, files={"long.py": code}, **other)
    factories.make_waiting(owner, version="1.1.0", files={"long.py": code + "y = 1\n"}, **other)
    address = "/queue/long_tool/1.1.0/changes/"
    page = open_page(browser, address)
    assert "37 lines unchanged" in page.html
    [link] = [a for a in page.links if "whole=long.py" in a]
    whole = open_page(browser, f"{address}{link}")
    assert "37 lines unchanged" not in whole.html
    assert len(whole.classed("diff-line")) > 40
    assert [a for a in whole.all("a") if "Only changes" in a.words]


def test_changes_of_white_space_can_be_hidden(
    owner: User, moderator: User, browser: Client
) -> None:
    other = {"id": "space_tool", "name": "Space Tool"}
    factories.make_approved(owner, moderator, files={"a.py": "if x:\n  y = 1\n"}, **other)
    code = "if x:\n    y = 1\nz = 2\n"
    version = factories.make_waiting(owner, version="1.1.0", files={"a.py": code}, **other)
    address = "/queue/space_tool/1.1.0/changes/"
    assert [
        e.words for e in open_page(browser, address).classed("diff-removed") if "y = 1" in e.words
    ]
    page = open_page(browser, f"{address}?space=hide")
    assert not [e for e in page.classed("diff-removed") if "y = 1" in e.words]
    assert "indentation can change what code does" in page.html
    [link] = [a for a in page.links if "file=a.py" in a and "line=3#" in a]
    assert "space=hide" in link
    place = {"place_package": version.package_hashes[0], "place_file": "a.py", "place_line": "3"}
    data = {"step": "comment", "tab": "changes", "text": "Why?", "place_space": "hide", **place}
    response = browser.post("/queue/space_tool/1.1.0/", data)
    assert "space=hide" in response["Location"]


def test_visitors_do_not_see_the_code_of_a_version_in_review(
    version: Version, client: Client, stranger: User, owner: User, signed_in: SignIn
) -> None:
    for tab in TABS:
        assert "/account/login/" in client.get(f"{BASE}{tab}/")["Location"]
        assert signed_in(stranger).get(f"{BASE}{tab}/").status_code == 403
    page = open_page(client, BASE)
    assert not any("changes/" in link for link in page.links)
    author = signed_in(owner)
    assert [author.get(f"{BASE}{tab}/").status_code for tab in TABS] == [200, 200, 403]


def test_unknown_versions_and_drafts_have_no_tabs(
    version: Version, owner: User, browser: Client
) -> None:
    factories.make_draft(owner, version="3.0.0")
    for number in ("3.0.0", "9.9.9"):
        for tab in (*TABS, "decide"):
            address = f"/queue/gear_tool/{number}/{tab}/?step=approve"
            assert browser.get(address).status_code == 404


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


def test_a_private_address_is_a_listing_with_its_package(
    version: Version, browser: Client, client: Client
) -> None:
    post(browser, "make_address", tab="try")
    page = open_page(browser, f"{BASE}try/")
    [link] = [a["href"] for a in page.classed("get-drag")]
    path, _, query = link.removeprefix("http://testserver").partition("?")
    address = TryAddress.objects.get()
    assert f"repository=%2Ftry%2F{address.token}%2F" in query
    listing = client.get(f"/try/{address.token}/")
    assert listing["Cache-Control"] == "private, no-store"
    assert "noindex" in listing["X-Robots-Tag"]
    [entry] = json.loads(listing.content)["data"]
    assert (entry["id"], entry["version"]) == ("gear_tool", "1.1.0")
    assert entry["archive_url"] == f"http://testserver{path}"
    [sha256] = version.package_hashes
    assert entry["archive_hash"] == f"sha256:{sha256}"
    sent = client.get(path)
    data = b"".join(sent.streaming_content)  # type: ignore[attr-defined]
    assert len(data) == entry["archive_size"]
    assert sent["Cache-Control"] == "private, no-store"
    assert client.get(f"/try/{address.token}/other.zip").status_code == 404


def end_by_new_address(version: Version, by: User) -> None:
    make_address(version=version, by=by)


def end_by_time(version: Version, by: User) -> None:
    TryAddress.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def end_by_role(version: Version, by: User) -> None:
    User.objects.filter(pk=by.pk).update(is_moderator=False)


def end_by_decision(version: Version, by: User) -> None:
    approve_version(version=version, packages=version.package_hashes, by=by)


def end_by_new_build(version: Version, by: User) -> None:
    request_changes(version=version, packages=version.package_hashes, by=by, reason="No")
    data = package(version="1.1.0", files={"more.py": ""})
    publish.receive_upload(file=io.BytesIO(data), user=version.extension.owner)


@pytest.mark.parametrize(
    "end", [end_by_new_address, end_by_time, end_by_role, end_by_decision, end_by_new_build]
)
def test_a_private_address_ends(
    version: Version, moderator: User, client: Client, end: Callable[[Version, User], None]
) -> None:
    address = make_address(version=version, by=moderator)
    assert client.get(f"/try/{address.token}/").status_code == 200
    end(version, moderator)
    assert client.get(f"/try/{address.token}/").status_code == 404


@pytest.mark.parametrize("token", ["1-" + "0" * 40, "x", "9" * 30 + "-1", "1", "²-1"])
def test_a_guessed_address_is_not_found(
    version: Version, moderator: User, client: Client, token: str
) -> None:
    address = make_address(version=version, by=moderator)
    assert client.get(f"/try/{token.replace('1-', f'{address.pk}-')}/").status_code == 404


def test_a_try_becomes_an_entry_of_the_conversation(
    version: Version, signed_in: SignIn, client: Client
) -> None:
    volunteer = factories.make_user("oskar", is_volunteer=True)
    browser = signed_in(volunteer)
    form = {"tab": "try", "result": "works", "blender": "4.2", "system": "linux-x64"}
    for field, code in (("result", "result"), ("blender", "Blender version"), ("system", "system")):
        response = post(browser, "tried", **{**form, field: "", "text": "Kept text"})
        assert code in alert_of(response)
        assert "Kept text" in page_of(response).by_id("id_try_text").words
    post(browser, "tried", **form, text="Searching works.")
    event = Event.objects.get(kind="tried")
    assert event.text == "**It works** on Blender 4.2, Linux (x64).\n\nSearching works."
    assert "Volunteer" in open_page(client, BASE).by_id(f"event-{event.pk}").words
    post(browser, "tried", **{**form, "result": "fails"}, text="")
    [row] = open_page(browser, f"{BASE}try/").classed("tries")
    assert row.words.startswith("It fails4.2 Linux (x64) oskar")
    assert "It works4.2 Linux (x64) Searching works." in row.words


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


def test_the_author_sees_the_tasks_and_says_what_was_done(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    task = add_task(version=version, by=moderator, text="Rename the panel")
    author = signed_in(owner)
    assert "Rename the panel" not in open_page(author, BASE).html
    request_changes(version=version, packages=version.package_hashes, by=moderator)
    assert "Rename the panel" in open_page(author, BASE).by_id("tasks").words
    draft = open_page(author, "/publish/gear_tool/?version=1.1.0")
    assert "Rename the panel" in draft.by_id("tasks").words
    assert post(author, "mark_done", task_id=task.pk, note=" ").status_code == 422
    response = author.post(
        BASE, {"step": "mark_done", "task_id": task.pk, "note": "Renamed"}, follow=True
    )
    assert "1.1.0 is in the queue again" in response.content.decode()
    assert Version.objects.get(pk=version.pk).status == "in_review"


def test_comments_are_edited_and_removed_on_the_page(
    version: Version, stranger: User, browser: Client, signed_in: SignIn, client: Client
) -> None:
    event = comment(extension=version.extension, version=version, by=stranger, text="First words")
    writer = signed_in(stranger)
    page = open_page(writer, f"{BASE}?edit={event.pk}")
    assert page.by_id(f"edit-{event.pk}").words == "First words"
    post(writer, "edit_comment", event=event.pk, text="Second words")
    entry = open_page(client, BASE).by_id(f"event-{event.pk}").words
    assert "First words" in entry
    assert "Second words" in entry
    assert post(browser, "remove_comment", event=event.pk).status_code == 422
    post(browser, "remove_comment", event=event.pk, reason="Advertising")
    entry = open_page(client, BASE).by_id(f"event-{event.pk}").words
    assert "Removed by mod: Advertising" in entry
    assert "words" not in entry
    assert "Second words" in open_page(browser, BASE).by_id(f"event-{event.pk}").words


@pytest.mark.parametrize("value", ["", "x", "9" * 30, "-1", "²"])
@pytest.mark.parametrize(
    ("step", "field"),
    [("edit_comment", "event"), ("remove_comment", "event"), ("drop_task", "task_id")],
)
def test_steps_about_nothing_are_not_found(
    version: Version, browser: Client, step: str, field: str, value: str
) -> None:
    response = post(browser, step, **{field: value})
    assert response.status_code == 404
    assert "does not exist" in alert_of(response)


def test_an_internal_note_is_written_on_the_page(
    version: Version, browser: Client, owner: User, signed_in: SignIn
) -> None:
    post(browser, "comment", text="Same host as in June", is_internal="on")
    assert Event.objects.get(kind="comment").is_internal
    assert "Moderators and volunteers see this" in open_page(browser, BASE).html
    assert "Same host" not in open_page(signed_in(owner), BASE).html
    refused = post(signed_in(owner), "comment", text="Mine", is_internal="on")
    assert refused.status_code == 403


def test_a_page_of_a_long_conversation_shows_a_part_in_as_many_queries_as_a_short_one(
    version: Version, moderator: User, browser: Client, django_assert_num_queries: Any
) -> None:
    people = [factories.make_user(f"person{number}") for number in range(10)]
    for number in range(10):
        Task.objects.create(version=version, text=f"Task {number}", created_by=moderator)

    def add_comments(count: int) -> list[Event]:
        return Event.objects.bulk_create(
            Event(
                extension=version.extension,
                version=version,
                version_number=version.number,
                by=people[number % 10],
                kind="comment",
                text=f"Comment {number}",
            )
            for number in range(count)
        )

    events = list(version.events.all()) + add_comments(20)
    open_page(browser, BASE)  # marks notifications as read
    with CaptureQueriesContext(
        connection,
    ) as short:
        page = open_page(browser, BASE)
    assert len(page.classed("thread-comment")) == 20
    assert "earlier" not in page.by_id("thread").words
    events += add_comments(480)
    with django_assert_num_queries(len(short)):
        page = open_page(browser, BASE)
    shown = [element for element in page.elements if element.get("id").startswith("event-")]
    assert len(shown) == 15
    assert "11 people took part" in page.html
    # Its link leads to the part before the last entries, which has links to those around it.
    [earlier] = [link for link in page.links if link.startswith("?entry=")]
    with django_assert_num_queries(len(short)):
        page = open_page(browser, BASE + earlier.partition("#")[0])
    assert page.by_id(earlier.partition("#")[2])
    wanted = events[100]
    page = open_page(browser, f"{BASE}?entry={wanted.pk}")
    assert wanted.text in page.by_id(f"event-{wanted.pk}").words
    assert len([link for link in page.links if link.startswith("?entry=")]) == 2
    edited = post(browser, "remove_comment", event=wanted.pk, reason="Advertising")
    assert edited["Location"] == f"{BASE}?entry={wanted.pk}#event-{wanted.pk}"


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_needs_a_fixed_number_of_queries(
    version: Version, moderator: User, browser: Client, tab: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        Task.objects.create(version=version, text=f"Task {number}", created_by=moderator)
        add_place = {"package": version.package_hashes[0], "file": "places.py", "line": number + 1}
        comment(
            extension=version.extension,
            version=version,
            by=moderator,
            text=f"Comment {number}",
            place=add_place,
        )
    # On Changes the difference is computed before the files that were seen are counted.
    with django_assert_max_num_queries(39):
        page = open_page(browser, f"{BASE}{tab}/")
    assert isinstance(page, Page)


def test_waiving_an_unknown_finding_changes_nothing(version: Version, moderator: User) -> None:
    from extery.core.errors import NotFound

    with pytest.raises(NotFound):
        waive(version=version, fingerprint="nonsense", by=moderator, reason="Fine")
    assert not Waiver.objects.exists()


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


def test_a_review_is_followed_and_muted(
    version: Version, stranger: User, signed_in: SignIn
) -> None:
    writer = signed_in(stranger)
    labels = []
    for step in ("follow", "unfollow", "mute", "unmute"):
        post(writer, step)
        page = open_page(writer, BASE)
        [form] = [one for one in page.all("form") if one.get("aria-label") == "Notifications"]
        labels.append(form.words)
    assert labels == ["FollowingMute", "FollowMute", "Notify me again", "FollowMute"]
