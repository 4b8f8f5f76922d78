"""The text, the HTML and the headers of e-mails, and the links that stop them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.notify import actions, cleanup, outbox, tasks
from extery_site.notify.actions import Subject, notify
from extery_site.notify.models import FeedEntry, MailJob, MailSettings, Notification, Preference
from extery_site.notify.stop_links import make_link

REVIEW = Subject("review gear_tool 1.1.0", "Gear Tool 1.1.0", "/queue/gear_tool/1.1.0/")
OTHER = Subject("extension gear_tool", "Gear Tool", "/extensions/gear_tool/")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.EXTERY_SITE_URL = "https://tools.example.org"
    settings.EXTERY_SITE_NAME = "Studio Tools"
    settings.DEFAULT_FROM_EMAIL = "Extensions <mail@tools.example.org>"


def sent() -> list[Any]:
    outbox.send_due_mails()
    return mail.outbox


def html_of(message: Any) -> str:
    [alternative] = message.alternatives
    assert alternative.mimetype == "text/html"
    return str(alternative.content)


def test_an_email_has_text_and_html_with_the_name_of_the_site(owner: User, moderator: User) -> None:
    moderator.full_name = "Mika Lindqvist"
    moderator.save()
    text = "Hello,\n\nplease <b>declare</b> the network, " + "and explain it at length, " * 4
    notify("changes_requested", to=[owner], subject=REVIEW, by=moderator, text=text)
    [message] = sent()

    assert message.subject == "Gear Tool 1.1.0 in review"
    assert message.from_email == "Mika Lindqvist via Studio Tools <mail@tools.example.org>"
    assert message.to == ["Ada Tester <ada@example.org>"]
    assert message.body.startswith("Gear Tool 1.1.0: changes requested\n\nHello Ada Tester,\n")
    assert "> please <b>declare</b> the network," in message.body
    assert "\nhttps://tools.example.org/queue/gear_tool/1.1.0/\n" in message.body
    lines = [line for line in message.body.splitlines() if not line.startswith("https://")]
    assert max(map(len, lines)) <= 72
    html = html_of(message)
    assert "please &lt;b&gt;declare&lt;/b&gt; the network" in html
    assert 'href="https://tools.example.org/queue/gear_tool/1.1.0/"' in html
    assert "Studio Tools" in html
    assert not re.search(r"<img|<script|<link|src=|url\(|\{\{|\{%", html)
    assert not re.search(r"\{\{|\{%|\n\n\n", message.body)


def test_emails_about_one_subject_are_a_conversation(
    owner: User, stranger: User, moderator: User
) -> None:
    notify("changes_requested", to=[owner], subject=REVIEW, by=moderator)
    notify("review_comment", to=[owner, stranger], subject=REVIEW, by=moderator)
    notify("extension_unblocked", to=[owner], subject=OTHER)
    messages = sent()
    headers = [message.extra_headers for message in messages]
    roots = [found["References"] for found in headers]
    assert [found["In-Reply-To"] for found in headers] == roots
    assert len(set(roots[:3])) == 1
    assert roots[3] != roots[0]
    assert re.fullmatch(
        r"<subject\.review\.gear\.tool\.1\.1\.0\.\w{16}@tools\.example\.org>", roots[0]
    )
    assert len({found["Message-ID"] for found in headers}) == 4
    assert {message.subject for message in messages[:3]} == {"Gear Tool 1.1.0 in review"}
    assert messages[3].from_email == "Extensions <mail@tools.example.org>"
    assert all(found["Auto-Submitted"] == "auto-generated" for found in headers)


def test_headers_cannot_be_injected_by_names(owner: User, moderator: User) -> None:
    moderator.full_name = 'Eve" <eve@evil.example>\r\nBcc: all@example.org'
    User.objects.filter(pk=moderator.pk).update(full_name=moderator.full_name)
    subject = Subject("review x 1", "Gear\r\nBcc: x@evil.example \u202e", "/queue/x/1/")
    notify("review_comment", to=[owner], subject=subject, by=moderator, text="\u202etxet")
    [message] = sent()
    raw = message.message().as_string()
    assert not re.search(r"^Bcc:", raw, re.MULTILINE)
    assert message.message()["From"].endswith("<mail@tools.example.org>")
    assert message.recipients() == ["Ada Tester <ada@example.org>"]
    assert "\u202e" not in message.body + html_of(message) + message.subject


def test_one_click_stops_emails_about_the_subject_without_sign_in(
    owner: User, stranger: User
) -> None:
    notify("review_comment", to=[owner, stranger], subject=REVIEW)
    message = next(one for one in sent() if "ada@" in one.to[0])
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in message.body
    path = link.removeprefix("https://tools.example.org")
    client = Client(enforce_csrf_checks=True)

    page = client.get(path)
    assert page.status_code == 200
    assert "Mute it" in page.content.decode()
    assert not page.cookies
    assert not actions.is_muted(owner, REVIEW.key)
    response = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert "is muted" in response.content.decode()
    assert actions.is_muted(owner, REVIEW.key)
    assert not actions.is_muted(stranger, REVIEW.key)
    assert client.post(path, {"stop": "all"}).status_code == 200
    assert MailSettings.objects.get(user=owner).paused_at is not None


def test_the_link_of_the_daily_email_switches_it_off(owner: User) -> None:
    notify("draft_expired", to=[owner], subject=REVIEW)
    path = make_link(owner, None)
    response = Client().post(path, {"List-Unsubscribe": "One-Click"})
    assert "The daily e-mail is switched off." in response.content.decode()
    assert not Preference.objects.filter(user=owner, daily=True).exists()
    assert not MailJob.objects.exists()
    notify("draft_expired", to=[owner], subject=REVIEW)
    assert not MailJob.objects.exists()
    assert FeedEntry.objects.unread().count() == 1


def test_a_required_email_has_no_link_to_stop_it(owner: User) -> None:
    notify("extension_blocked", to=[owner], subject=OTHER, text="Sends data away")
    [message] = sent()
    assert "List-Unsubscribe" not in message.extra_headers
    assert "/notifications/stop/" not in message.body + html_of(message)


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda _: "nonsense"])
def test_a_link_that_was_changed_stops_nothing(owner: User, change: Callable[[str], str]) -> None:
    notify("review_comment", to=[owner], subject=REVIEW)
    token = make_link(owner, FeedEntry.objects.get()).split("/")[-2]
    response = Client().post(f"/notifications/stop/{change(token)}/")
    assert response.status_code == 422
    assert "incomplete or was changed" in response.content.decode()
    assert not actions.is_muted(owner, REVIEW.key)


def test_old_notifications_are_deleted_when_read(owner: User, settings: Any) -> None:
    for number in range(4):
        subject = Subject(f"review gear {number}", "Gear", "/queue/gear/")
        kind = "changes_requested" if number == 2 else "review_comment"
        notify(kind, to=[owner], subject=subject)
    MailJob.objects.exclude(notification__entry__key="review gear 3").delete()
    Notification.objects.update(created_at=timezone.now() - timedelta(days=200))
    for number in (1, 2, 3):
        actions.mark_subject_read(owner, f"review gear {number}")
    assert cleanup.delete_old(timezone.now() - timedelta(days=300)) == 0
    assert tasks.delete_old_notifications.call() == 1
    left = set(FeedEntry.objects.values_list("key", flat=True))
    # Unread, asked, and with an e-mail to send.
    assert left == {"review gear 0", "review gear 2", "review gear 3"}


def test_rows_of_sent_emails_are_deleted_after_a_week(owner: User) -> None:
    notify("review_comment", to=[owner], subject=REVIEW)
    sent()
    tasks.delete_old_notifications.call()
    assert MailJob.objects.count() == 1
    MailJob.objects.update(sent_at=timezone.now() - timedelta(days=8))
    tasks.delete_old_notifications.call()
    assert not MailJob.objects.exists()
