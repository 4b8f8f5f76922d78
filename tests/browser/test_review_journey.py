"""The life of a version, with its people in browsers at once, e-mails over SMTP, and real Blenders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extery_site.accounts.models import User
from extery_site.notify.outbox import send_due_mails
from tests.blender.client import Blender
from tests.browser import steps
from tests.site import factories
from tests.site.notify.mail_server import MailServer, running_mail_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visitor = Callable[..., "Page"]

#: A script that Python cannot read: a finding, but Blender's own checks accept it.
BROKEN = {"__init__.py": "def (:\n"}
REVIEW = "/queue/gear_tool/1.0.0/"
REASON = "Deletes gears: remove it, 1.0.1 is safe"
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def mail(settings: Any, site: str) -> Iterator[MailServer]:
    """An SMTP server; the site sends e-mails, because its address is known."""
    settings.EXTERY_SITE_URL = site
    with running_mail_server(settings) as server:
        yield server


def received(server: MailServer, *, by: str) -> list[str]:
    """Send all e-mails that are due at once; return the first lines of those to a user."""
    send_due_mails()
    found = [
        first_line(message)
        for message in server.messages
        if f"{by}@example.org" in str(message["To"])
    ]
    server.messages[:] = [
        message for message in server.messages if f"{by}@example.org" not in str(message["To"])
    ]
    return found


def first_line(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).splitlines()[0]


def feed(page: Page) -> list[str]:
    """Return the unread titles of the feed, newest first, and mark them as read."""
    page.goto("/notifications/?show=unread")
    titles: list[str] = page.locator(".feed-title a").all_inner_texts()
    if titles:
        page.get_by_role("button", name="Mark all as read").click()
        page.get_by_role("button", name="Undo").wait_for()
    return titles


def sign_in_as(page: Page, name: str, **values: Any) -> User:
    user = factories.make_user(name, **values)
    user.set_password(steps.PASSWORD)
    user.save()
    steps.sign_in(page, name)
    return user


def test_a_version_is_reviewed_with_tasks_and_everyone_is_notified(
    visitor: Visitor, mail: MailServer
) -> None:
    author, moderator = visitor(**DESKTOP), visitor(**PHONE, has_touch=True)
    sign_in_as(author, "ada")
    sign_in_as(moderator, "mara", is_moderator=True)
    submit(author)
    assert feed(moderator) == ["Gear Tool 1.0.0 was submitted for review"]
    assert received(mail, by="mara") == [], "moderators choose whether they want e-mails"

    ask_with_tasks(moderator)
    assert feed(author) == ["Gear Tool 1.0.0: changes requested"]
    assert received(mail, by="ada") == ["Gear Tool 1.0.0: changes requested"]
    assert received(mail, by="mara") == []

    answer_tasks(author)
    assert feed(author) == [], "ada did it herself"
    assert feed(moderator) == ["Gear Tool 1.0.0 was submitted again"]
    switch_off(author, "A version of mine is approved, as e-mail at once")

    approve(moderator)
    assert feed(author)[0] == "Gear Tool 1.0.0 is approved"
    assert received(mail, by="ada") == [], "ada has switched these e-mails off"
    listing = json.loads(moderator.request.get("/api/v1/extensions/").body())
    assert [entry["id"] for entry in listing["data"]] == ["gear_tool"]


def submit(author: Page) -> None:
    steps.upload(author, steps.good_zip(files=BROKEN))
    steps.open_draft(author)
    author.get_by_label("Description (needed to submit)").fill("Makes **gears** that mesh.")
    author.get_by_label("Image (needed to submit)").set_input_files(steps.image())
    author.get_by_label("Image description (alt text)").fill("Two gears in the viewport")
    steps.main_button(author, "Save").click()
    steps.main_button(author, "Submit for review").click()
    author.get_by_text("submitted version 1.0.0 for review").wait_for()


def ask_with_tasks(moderator: Page) -> None:
    moderator.goto("/queue/")
    moderator.get_by_role("button", name="Claim Gear Tool 1.0.0").click()
    moderator.get_by_role("button", name="Release Gear Tool 1.0.0").wait_for()
    moderator.goto(f"{REVIEW}findings/")
    moderator.get_by_role("button", name="Make it a task").click()
    moderator.get_by_text("+ Task").click()
    moderator.get_by_label("What the author has to change").fill("Say which gears")
    steps.main_button(moderator, "Add the task").click()
    moderator.get_by_label("Message").fill("Nearly there.")
    steps.main_button(moderator, "Ask for 2 changes").click()
    moderator.get_by_text("requested changes to version 1.0.0").wait_for()


def answer_tasks(author: Page) -> None:
    author.goto(REVIEW)
    author.get_by_label("Replace the zip of 1.0.0").set_input_files(
        steps.good_zip(files={"gears.py": "teeth = 12\n"})
    )
    steps.main_button(author, "Check and replace").click()
    author.locator(".checklist .done").filter(has_text="Found done").first.wait_for()
    author.get_by_text("I have done this…").click()
    author.get_by_label("What you have changed, in one line").fill("Spur gears")
    steps.main_button(author, "Mark as done").click()
    author.get_by_text("1.0.0 is in the queue again.").wait_for()


def switch_off(page: Page, label: str) -> None:
    page.goto("/account/notifications/")
    page.get_by_label(label).uncheck()
    steps.main_button(page, "Save").click()
    page.get_by_role("status").wait_for()


def approve(moderator: Page) -> None:
    moderator.goto(REVIEW)
    steps.main_button(moderator, "Approve 1.0.0").click()
    moderator.get_by_role("heading", name="Approve Gear Tool 1.0.0?").wait_for()
    steps.confirm(moderator, "Approve 1.0.0")
    moderator.get_by_text("approved version 1.0.0").first.wait_for()


@pytest.mark.longest
@pytest.mark.blender
def test_a_public_extension_is_rated_reported_limited_and_blocked(
    visitor: Visitor, mail: MailServer, site: str, tmp_path: Path
) -> None:
    author, moderator, user = visitor(**PHONE), visitor(**DESKTOP), visitor(**PHONE)
    ada = sign_in_as(author, "ada")
    mara = sign_in_as(moderator, "mara", is_moderator=True)
    sign_in_as(user, "eve")
    factories.make_approved(ada, mara)
    feed(author)
    received(mail, by="ada")

    rate(user)
    assert feed(author) == ["eve rated Gear Tool"]
    assert received(mail, by="ada") == [], "ratings are in the daily e-mail"
    reply(author)
    assert feed(user) == ["ada replied to your rating of Gear Tool"]
    assert received(mail, by="eve") == ["ada replied to your rating of Gear Tool"]

    report(user)
    assert feed(moderator)[0] == "Gear Tool was reported"
    resolve(moderator)
    [decided] = feed(user)
    assert received(mail, by="eve") == [decided]
    feed(author)
    received(mail, by="ada")

    suggest_maximum(user)
    assert feed(author) == ["A maximum Blender version is suggested for Gear Tool 1.0.0"]
    accept_maximum(author)
    listing = json.loads(user.request.get("/api/v1/extensions/").body())
    assert listing["data"][0]["blender_version_max"] == "5.4.0"
    assert len(received(mail, by="eve")) == 1

    with ExitStack() as stack:
        blenders = [
            stack.enter_context(Blender(version, home=tmp_path / version))
            for version in ("4.2", "5.3")
        ]
        for blender in blenders:
            blender.add_repository("extery", f"{site}/api/v1/extensions/")
        assert blocks_in(blenders) == [None, None]
        block(moderator)
        assert blocks_in(blenders) == [REASON, REASON]
        lift(moderator)
        assert blocks_in(blenders) == [None, None]
    assert feed(author)[0] == "Gear Tool is unblocked"
    lines = received(mail, by="ada")
    assert len([line for line in lines if "blocked" in line]) == 2


def blocks_in(blenders: list[Blender]) -> list[str | None]:
    for blender in blenders:
        blender.sync()
    return [blender.find("gear_tool").blocked for blender in blenders]


def rate(user: Page) -> None:
    user.goto("/extensions/gear_tool/ratings/")
    user.get_by_role("radio", name="4: good, something is missing").check(force=True)
    user.get_by_label("What was it like?").fill("Good gears")
    steps.main_button(user, "Publish").click()
    user.get_by_text("You may change it as often as you like").wait_for()


def reply(author: Page) -> None:
    author.goto("/extensions/gear_tool/ratings/")
    author.get_by_role("link", name="Reply", exact=True).click()
    author.get_by_label("Reply to eve").fill("Thank you")
    steps.main_button(author, "Publish the reply").click()
    author.get_by_text("Your reply is published.").wait_for()


def report(user: Page) -> None:
    user.goto("/report/extension/gear_tool/")
    user.get_by_label("Does not work").check()
    user.get_by_label("Description").fill("Deletes gears.")
    steps.main_button(user, "Send report").click()
    user.get_by_text("Report sent.").wait_for()


def resolve(moderator: Page) -> None:
    moderator.goto("/reports/")
    moderator.get_by_role("button", name="Claim Gear Tool").click()
    moderator.get_by_role("link", name="Gear Tool").click()
    moderator.get_by_label("Resolve: the reports are justified").check()
    moderator.get_by_label("What you found").fill("It does.")
    steps.main_button(moderator, "Decide").click()
    moderator.get_by_text("Reports resolved.").wait_for()


def suggest_maximum(user: Page) -> None:
    user.goto("/extensions/gear_tool/versions/")
    user.get_by_role("link", name="maximum").first.click()
    user.get_by_label("First Blender that it does not work with").fill("5.4")
    user.get_by_label("What happens").fill("Fails in 5.4")
    steps.main_button(user, "Suggest it").click()
    user.get_by_text("Below Blender 5.4").wait_for()


def accept_maximum(author: Page) -> None:
    author.goto("/notifications/")
    author.get_by_role("link", name="A maximum Blender version is suggested").click()
    author.get_by_role("button", name="Accept 5.4").click()
    author.get_by_text("Accepted by").wait_for()


def block(moderator: Page) -> None:
    moderator.goto("/queue/gear_tool/block/")
    moderator.get_by_label("Reason").fill(REASON)
    steps.main_button(moderator, "Block the extension").click()
    moderator.get_by_role("heading", name="Blocked", exact=True).wait_for()


def lift(moderator: Page) -> None:
    moderator.goto("/queue/gear_tool/block/")
    steps.main_button(moderator, "Lift the block").click()
    moderator.get_by_role("heading", name="Block Gear Tool?").wait_for()
