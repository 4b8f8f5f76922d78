"""Fills an empty site with the demonstration: all of it, or nothing."""

from __future__ import annotations

import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.errors import Refused, Where
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package
from extery_site.demo.crowd import add_crowd
from extery_site.demo.people import (
    PEOPLE,
    add_people,
    names_in_use,
    working_sign_ins,
)
from extery_site.demo.pictures import picture
from extery_site.demo.stories import stories
from extery_site.demo.telling import Telling

#: How many extensions the full size has besides those of the stories.
CROWD = 200


@dataclass(frozen=True)
class DemoSummary:
    """What was done. ``sign_ins`` are names, passwords and what each account is good for."""

    filled: bool
    reason: str = ""
    extensions: int = 0
    packages: int = 0
    states: dict[str, int] = field(default_factory=dict)
    sign_ins: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        if not self.filled:
            return f"Nothing was done: {self.reason}."
        states = ", ".join(f"{count} {state.lower()}" for state, count in self.states.items())
        return f"Made {self.extensions} extensions ({states}) from {self.packages} packages."


def fill(*, size: str = "small", force: bool = False) -> DemoSummary:
    """Fill the site if it is empty; ``size`` is ``small`` or ``full``.

    Raises `Refused` for a site that others can reach, unless ``force`` is set.
    """
    if not force:
        _refuse_public_site(settings.EXTERY_SITE_URL)
    with transaction.atomic():
        if reason := _why_not():
            return DemoSummary(filled=False, reason=reason, sign_ins=working_sign_ins())
        people = add_people()
        _tell_stories(people)
        if size == "full":
            add_crowd(CROWD, people)
        _date_people(people)
    return _summary()


def _refuse_public_site(address: str) -> None:
    """The demonstration has a password that everybody knows."""
    host = urlsplit(address).hostname if address else None
    if host is None or host == "localhost" or host.endswith(".localhost") or _is_loopback(host):
        return
    raise Refused.of(
        "setting.demo-public",
        f"the demonstration is not for {host}: anybody could sign in to it as a moderator",
        hint="unset EXTERY_SITE_URL, or fill it with: extery manage fake_data --force",
        where=Where("environment", ("EXTERY_SITE_URL",)),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _why_not() -> str:
    """Why this site is not to be filled; ``""`` if it is empty."""
    if count := Extension.objects.count():
        return f"the site has {count} extensions already"
    if names := names_in_use():
        return f"somebody has the name {names[0]} already"
    return ""


def _tell_stories(people: dict[str, User]) -> None:
    now = timezone.now()
    with ExitStack() as stack:
        workshop = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="extery-demo-")))
        # Pictures are drawn while the site stores those before them.
        painter = ThreadPoolExecutor(1)
        stack.callback(painter.shutdown, cancel_futures=True)
        pictures = [(story, painter.submit(picture, story)) for story in stories()]
        for story, drawn in pictures:
            telling = Telling(story, people, workshop, drawn.result)
            telling.tell()
            telling.date(now)


def _date_people(people: dict[str, User]) -> None:
    now = timezone.now()
    for person in PEOPLE:
        joined = now - timedelta(days=person.joined)
        User.objects.filter(pk=people[person.username].pk).update(date_joined=joined)


def _summary() -> DemoSummary:
    titles = dict(Extension.Status.choices)
    found = Counter(Extension.objects.values_list("status", flat=True))
    return DemoSummary(
        filled=True,
        extensions=sum(found.values()),
        packages=Package.objects.count(),
        states={titles[status]: found[status] for status in titles if found[status]},
        sign_ins=working_sign_ins(),
    )
