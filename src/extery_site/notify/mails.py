"""The e-mails about notifications, as text and HTML.

All e-mails about one subject are a conversation: the same subject line, and ``References`` to a
root that is the same for ever. Links have the address of the site (EXTERY_SITE_URL).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from textwrap import TextWrapper
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from extery.core.invisible import show_invisible
from extery_site.accounts.models import User
from extery_site.notify.models import MailJob, Notification
from extery_site.notify.stop_links import make_link
from extery_site.ui.addresses import base_url
from extery_site.ui.markup import plain_text

#: Columns of the text, as mail programs expect them.
COLUMNS = 72
#: Characters of a text in the daily e-mail; the page of the notification has the whole.
EXCERPT = 300


@dataclass(frozen=True)
class Item:
    """A notification in an e-mail."""

    headline: str
    by: str
    text: str
    url: str
    action: str
    asks: bool

    @classmethod
    def of(cls, notification: Notification) -> Item:
        """Return the item of a notification, safe for headers and text."""
        kind = notification.definition
        return cls(
            headline=_line(notification.headline),
            by=_line(notification.by.display_name) if notification.by else "",
            text="\n".join(map(show_invisible, notification.text.splitlines())),
            url=base_url() + notification.url,
            action=kind.action if kind else "Open",
            asks=notification.entry.asks,
        )

    @property
    def headline_text(self) -> str:
        """The headline in lines of `COLUMNS`."""
        return wrap(self.headline)

    @property
    def excerpt_text(self) -> str:
        """The excerpt in lines of `COLUMNS`."""
        return wrap(self.excerpt, prefix="> ")

    @property
    def quote(self) -> str:
        """The text with ``> `` before each line."""
        return wrap(self.text, prefix="> ")

    @property
    def paragraphs(self) -> list[str]:
        """The text by empty lines."""
        return [part for part in re.split(r"\n\s*\n", self.text) if part.strip()]

    @property
    def excerpt(self) -> str:
        """The first characters of the text in one line, without the marks of Markdown."""
        text = plain_text(self.text)
        return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"


def compose(jobs: Sequence[MailJob], total: int, address: str) -> EmailMultiAlternatives:
    """Return the e-mail of a job, or of all jobs of a daily e-mail, of ``total`` notifications."""
    if jobs[0].channel == MailJob.Channel.DAILY:
        return _daily(jobs, total, address)
    return _at_once(jobs[0], address)


def _at_once(job: MailJob, address: str) -> EmailMultiAlternatives:
    notification, user = job.notification, job.user
    entry, kind = notification.entry, notification.definition
    required = kind is not None and kind.required
    stop = "" if required else base_url() + make_link(user, entry)
    item = Item.of(notification)
    root = message_id("subject", entry.key)
    context = {
        "item": item,
        "title": entry.title,
        "stop": stop,
        "stop_text": f"Mute “{_line(entry.title)}”",
        "reason": _reason(notification, entry.title),
    }
    message = _message("at_once", _line(entry.subject.mail_title), user, address, context)
    message.from_email = _sender(notification.by)
    message.extra_headers |= {
        "Message-ID": message_id("notification", str(job.pk)),
        "In-Reply-To": root,
        "References": root,
        **_stop_headers(stop),
    }
    return message


def _daily(jobs: Sequence[MailJob], total: int, address: str) -> EmailMultiAlternatives:
    user = jobs[0].user
    items = [Item.of(job.notification) for job in reversed(jobs)]
    asked = [item for item in items if item.asks]
    others = [item for item in items if not item.asks]
    stop = base_url() + make_link(user, None)
    context = {
        "asked": asked,
        "others": others,
        "left_out": total - len(items),
        "stop": stop,
        "stop_text": "Switch off the daily e-mail",
        "reason": "You receive this because you chose a daily e-mail for these notifications.",
    }
    today = timezone.now()
    day = f"{today.day} {today:%B}"
    subject = f"{settings.EXTERY_SITE_NAME} on {day}: {_numbers(len(asked), total - len(asked))}"
    message = _message("daily", _line(subject), user, address, context)
    message.from_email = _sender(None)
    message.extra_headers |= {
        "Message-ID": message_id("daily", str(jobs[0].pk)),
        **_stop_headers(stop),
    }
    return message


def _numbers(asked: int, others: int) -> str:
    parts = [f"{asked} asked of you"] if asked else []
    if others or not asked:
        noun = "notification" if others == 1 else "notifications"
        parts.append(f"{others} {'other ' if asked else ''}{noun}")
    return ", ".join(parts)


def _message(
    template: str, subject: str, user: User, address: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    values = {
        **context,
        "subject": subject,
        "reason_text": wrap(context["reason"]),
        "recipient": _line(user.display_name),
        "site_name": settings.EXTERY_SITE_NAME,
        "site_url": base_url(),
        "host": urlsplit(base_url()).netloc,
        "feed_url": base_url() + reverse("notify:feed"),
        "settings_url": base_url() + reverse("notify:settings"),
    }
    text = render_to_string(f"notify/mail/{template}.txt", values)
    message = EmailMultiAlternatives(
        subject=subject,
        body=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        to=[formataddr((_line(user.display_name), address))],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(
        render_to_string(f"notify/mail/{template}.html", values), "text/html"
    )
    return message


def _reason(notification: Notification, title: str) -> str:
    kind = notification.definition
    group = kind.group.value if kind else ""
    title = _line(title)
    return {
        "reviews": f"You receive this because you are the author of {title}.",
        "use": f"You receive this because you are the author of {title}.",
        "followed": f"You receive this because you follow {title} or took part.",
        "staff": "You receive this because you are a moderator.",
    }.get(group, "You receive this because it is about your account.")


def _sender(by: User | None) -> str:
    """Return ``Mika Lindqvist via Extery <extensions@example.org>``."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if by is not None:
        name = f"{_line(by.display_name)} via {settings.EXTERY_SITE_NAME}"
    return formataddr((_line(name or settings.EXTERY_SITE_NAME), address))


def _stop_headers(stop: str) -> dict[str, str]:
    """Return the headers with which mail programs unsubscribe in one click (RFC 8058)."""
    if not stop:
        return {}
    return {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def message_id(kind: str, key: str) -> str:
    """Return the Message-ID of an e-mail or of the root of a conversation: always the same."""
    name = re.sub(r"[^A-Za-z0-9]+", ".", key).strip(".")[:60]
    digest = salted_hmac("extery.notify.message", f"{kind} {key}", algorithm="sha256").hexdigest()
    return f"<{kind}.{name}.{digest[:16]}@{urlsplit(base_url()).hostname}>"


def wrap(text: str, *, prefix: str = "") -> str:
    """Wrap every line of a text at `COLUMNS`; words such as links stay whole."""
    wrapper = TextWrapper(COLUMNS - len(prefix), break_long_words=False, break_on_hyphens=False)
    lines = [part for line in text.splitlines() for part in wrapper.wrap(line) or [""]]
    return "\n".join(f"{prefix}{line}".rstrip() for line in lines)


def _line(text: str) -> str:
    """Return a text for a header or a title: one line, with invisible characters shown."""
    return show_invisible(" ".join(text.split()))
