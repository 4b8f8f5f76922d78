"""Seeds an empty site with the demo in one transaction."""

from __future__ import annotations

import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings
from django.utils import timezone

from extery_demo.addresses import refuse_public_address
from extery_demo.audit_times import date_audit_log
from extery_demo.cases import add_cases
from extery_demo.fake.run import fill_site
from extery_demo.front_page import add_front_page
from extery_demo.notifications import finish_feeds, follow_extension
from extery_demo.pictures import draw_gallery, draw_image
from extery_demo.player import ScenarioPlayer
from extery_demo.policy import POLICY
from extery_demo.scenarios import scenarios
from extery_demo.sets import add_sets
from extery_demo.users import USERS, create_users, taken_usernames, working_sign_ins
from extery_demo.waiting import add_waiting_versions
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package
from extery_site.moderation.replies import save_reply
from extery_site.project.database import lock_transaction
from extery_site.source_search.actions import save_search, start_search

#: Extensions that ``size="full"`` adds to the scenarios.
BULK_COUNT = 200

#: Texts that the moderators send often.
SAVED_REPLIES = (
    (
        "Network: say what is sent",
        "Hello {author}, {extension} {version} talks to {host}. Please say in the manifest what is sent there.",
    ),
    (
        "Wheel: where was it built?",
        "Hello {author}, {wheel} differs from the published one. Where was it built?",
    ),
    (
        "Name too like another",
        "Hello {author}, there is {other} already, and people would mix them up. Is another name possible?",
    ),
)

#: Searches over the source of all packages that a moderator has saved: name, description, symbol, points.
SAVED_SEARCHES = (
    (
        "Starts other programs",
        "Each call needs a reason in the manifest. Look at where the arguments come from.",
        "subprocess.*",
        10,
    ),
    (
        "Opens addresses",
        "Without the permission network it must not do this.",
        "urllib.request.*",
        0,
    ),
)


@dataclass(frozen=True)
class SeedResult:
    """What was created, or in ``reason`` why nothing was.

    ``sign_ins`` are username, password and role of the accounts that can be signed in to.
    """

    seeded: bool
    reason: str = ""
    extensions: int = 0
    packages: int = 0
    states: dict[str, int] = field(default_factory=dict)
    sign_ins: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        if not self.seeded:
            return f"Nothing was changed: {self.reason}."
        states = ", ".join(f"{count} {state.lower()}" for state, count in self.states.items())
        return f"Created {self.extensions} extensions ({states}) from {self.packages} packages."


def seed_site(*, size: str = "small", force: bool = False) -> SeedResult:
    """Seed the site if it is empty; ``size`` is ``small`` or ``full``.

    Raises `Refused` if EXTERY_SITE_URL is a public address, unless ``force`` is set.
    """
    if not force:
        refuse_public_address(settings.EXTERY_SITE_URL)
    with override_settings(**POLICY), transaction.atomic():
        lock_transaction("demo")
        if reason := _reason_not_to_seed():
            return SeedResult(seeded=False, reason=reason, sign_ins=working_sign_ins())
        users = create_users()
        _add_saved_replies(users)
        _play_scenarios(users)
        _save_searches(users["moderator"])
        if size == "full":
            fill_site(extensions=BULK_COUNT, force=True)
        _set_join_dates(users)
    return _result()


def _reason_not_to_seed() -> str:
    """Return why the site must not be seeded, or ``""`` if it is empty."""
    if count := Extension.objects.count():
        return f"the site already has {count} extensions"
    if names := taken_usernames():
        return f"the username {names[0]} is already taken"
    return ""


def _play_scenarios(users: dict[str, User]) -> None:
    now = timezone.now()
    with ExitStack() as stack:
        work_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="extery-demo-")))
        # A thread draws the next images while the site stores the previous ones.
        executor = ThreadPoolExecutor(1)
        stack.callback(executor.shutdown, cancel_futures=True)
        images = [
            (
                scenario,
                executor.submit(draw_image, scenario),
                executor.submit(draw_gallery, scenario),
            )
            for scenario in scenarios()
        ]
        for scenario, image, gallery in images:
            follow_extension(scenario, users)
            player = ScenarioPlayer(scenario, users, work_dir, image.result, gallery.result)
            player.play()
            player.set_dates(now)
        add_waiting_versions(users, work_dir)
    add_front_page(users["moderator"], now)
    # Later than all that was played: what is written from now on is dated by the cases.
    add_cases(users, timezone.now())
    add_sets(users, now)
    finish_feeds(users, now)
    date_audit_log()


def _add_saved_replies(users: dict[str, User]) -> None:
    for title, text in SAVED_REPLIES:
        save_reply(by=users["moderator"], title=title, text=text)


def _save_searches(moderator: User) -> None:
    for name, description, symbol, points in SAVED_SEARCHES:
        search = start_search(
            by=moderator, kind="symbol", query=symbol, symbol_kind="call", scope="all"
        )
        save_search(
            search=search,
            by=moderator,
            name=name,
            description=description,
            is_shared=True,
            is_watched=True,
            points=points,
        )


def _set_join_dates(users: dict[str, User]) -> None:
    now = timezone.now()
    for user in USERS:
        joined = now - timedelta(days=user.joined)
        User.objects.filter(pk=users[user.username].pk).update(date_joined=joined)


def _result() -> SeedResult:
    labels = dict(Extension.Status.choices)
    counts = Counter(Extension.objects.values_list("status", flat=True))
    return SeedResult(
        seeded=True,
        extensions=sum(counts.values()),
        packages=Package.objects.count(),
        states={labels[status]: counts[status] for status in labels if counts[status]},
        sign_ins=working_sign_ins(),
    )
