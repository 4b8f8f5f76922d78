"""Fills a site with many rows of everything that its pages list, without files and without actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from site_catalog import BATCH, TEXT, CatalogContent
from site_home import fill_home

EXTENSIONS = 5000
ENTRIES = 2000
EVENTS = 500
NOTIFICATIONS = 10_000
RATINGS = 5000
CASES = 2000
AUDIT_ROWS = 100_000
SEARCHES = 500
_ACTIONS = (
    *("event.comment", "event.submitted", "event.approved", "event.changes_requested"),
    *("case.reported", "claim.started", "sign_in.done"),
)


class Site(NamedTuple):
    """The users who request pages, and the extension with all events and ratings."""

    moderator: Any
    author: Any
    extension: Any


def fill(scale: float) -> Site:
    """Write ``scale`` times the numbers above, at least three rows of each."""
    from django.db import connection, transaction
    from django.utils import timezone

    def number(full: int) -> int:
        return max(3, int(full * scale))

    content = _Content(timezone.now())
    with transaction.atomic():
        people = content.people(number(RATINGS))
        extensions = content.extensions(people, number(EXTENSIONS))
        content.terms(extensions)
        versions = content.versions(extensions)
        fill_home(extensions, versions, content.now)
        content.queue(versions[: number(ENTRIES)], people)
        content.thread(versions[0], people, number(EVENTS))
        content.feed(people[0], number(NOTIFICATIONS))
        content.ratings(extensions[0], people, number(RATINGS))
        content.cases(extensions, people, number(CASES))
        content.audit(people, number(AUDIT_ROWS))
        content.searches(people[0], number(SEARCHES))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Site(people[0], extensions[0].owner, extensions[0])


class _Content(CatalogContent):
    """Writes what people do with the extensions: reviews, notifications, ratings, reports, searches."""

    def queue(self, published: list[Any], people: list[Any]) -> None:
        """Write a version in the queue for each one that is public, with claims and answers."""
        from extery_site.catalog.models import Version
        from extery_site.moderation.models import Claim

        versions = Version.objects.bulk_create(
            [
                self.version(
                    one.extension, "1.1.0", "in_review" if place % 5 else "changes_requested"
                )
                for place, one in enumerate(published)
            ],
            BATCH,
        )
        self._queue_entries(versions)
        Claim.objects.bulk_create(
            Claim(version=version, by=people[place % 2], expires_at=self.now + timedelta(hours=2))
            for place, version in enumerate(versions[::20])
        )
        self._answers(versions, people)

    def _queue_entries(self, versions: list[Any]) -> None:
        from extery_site.moderation.models import QueueEntry

        rng = self.rng
        QueueEntry.objects.bulk_create(
            [
                QueueEntry(
                    version=version,
                    side="us" if version.status == "in_review" else "author",
                    since=int(self.now.timestamp()) - rng.randrange(700_000),
                    us_seconds=rng.randrange(100_000),
                    risk=rng.randrange(100),
                    reasons=[[18, "Gains the permission network"], [4, "412 changed lines"]],
                    new_hosts=["a.example.org"] if rng.random() < 0.2 else [],
                    binaries=rng.choice((0, 0, 5)),
                    by_new_author=rng.random() < 0.3,
                    lines_added=rng.randrange(900),
                    lines_removed=rng.randrange(90),
                    files_changed=rng.randrange(1, 30),
                )
                for version in versions
            ],
            BATCH,
        )

    def _answers(self, versions: list[Any], people: list[Any]) -> None:
        """Write two events about each version, and how long each second one waited."""
        from extery_site.catalog.models import Event
        from extery_site.moderation.models import Answer

        events = Event.objects.bulk_create(
            [
                Event(
                    extension=version.extension,
                    version=version,
                    version_number=version.number,
                    by=people[0] if place % 2 else version.extension.owner,
                    kind="changes_requested" if place % 2 else "submitted",
                    created_at=self.ago(1000),
                )
                for place, version in enumerate(versions * 2)
            ],
            BATCH,
        )
        Answer.objects.bulk_create(
            [
                Answer(
                    event=event,
                    kind="update",
                    seconds=self.rng.randrange(300_000),
                    created_at=self.now,
                )
                for event in events[1::2]
            ],
            BATCH,
        )

    def thread(self, version: Any, people: list[Any], count: int) -> None:
        """Write comments and decisions about the version of the extension that is in the queue."""
        from extery_site.catalog.models import Event, Version

        waiting = Version.objects.get(extension=version.extension, number="1.1.0")
        kinds = ("comment", "comment", "comment", "submitted", "changes_requested")
        Event.objects.bulk_create(
            Event(
                extension=version.extension,
                version=waiting,
                version_number=waiting.number,
                by=people[place % 20],
                kind=kinds[place % 5],
                text=f"{place}: {TEXT[:300]}",
                is_internal=place % 50 == 0,
                created_at=self.now - timedelta(minutes=count - place),
            )
            for place in range(count)
        )

    def feed(self, user: Any, count: int) -> None:
        """Write notifications, five of each subject."""
        from extery_site.notify.models import FeedEntry, Notification

        entries = FeedEntry.objects.bulk_create(
            [
                FeedEntry(
                    user=user,
                    key=f"review:tool_{place}:1.1.0",
                    title=f"Tool {place} 1.1.0",
                    url=f"/queue/tool_{place}/1.1.0/",
                    group="staff" if place % 3 else "reviews",
                    last_at=self.ago(2000),
                    is_unread=place % 2 == 0,
                    asks=place % 4 == 0,
                )
                for place in range(count // 5 + 1)
            ],
            BATCH,
        )
        Notification.objects.bulk_create(
            [
                Notification(
                    entry=entry,
                    kind="comment",
                    by_id=user.pk + 1 + turn,
                    about=entry.title,
                    text=TEXT[:300],
                    url=entry.url,
                    created_at=self.now,
                )
                for turn in range(5)
                for entry in entries
            ],
            BATCH,
        )

    def ratings(self, extension: Any, people: list[Any], count: int) -> None:
        """Write ratings of one extension by ``count`` users, with replies and marks as helpful."""
        from extery_site.ratings.models import Helpful, Rating, Reply
        from extery_site.ratings.summaries import update_summary

        rng = self.rng
        ratings = Rating.objects.bulk_create(
            [
                Rating(
                    extension=extension,
                    user=person,
                    stars=rng.choice((1, 2, 3, 4, 5, 5, 5)),
                    text=TEXT[:300] if place % 2 else "",
                    version=extension.newest_version,
                    version_number="1.0.0",
                    blender=4_002_000 if place % 3 else 5_000_000,
                    platform="linux-x64",
                    helpful_count=rng.randrange(5),
                    created_at=self.ago(5000),
                )
                for place, person in enumerate(people[:count])
            ],
            BATCH,
        )
        Reply.objects.bulk_create(
            [
                Reply(rating=rating, by=extension.owner, text="Thank you.")
                for rating in ratings[::3]
            ],
            BATCH,
        )
        Helpful.objects.bulk_create(
            [Helpful(rating=rating, user=people[0]) for rating in ratings[::2]], BATCH
        )
        update_summary(extension)

    def cases(self, extensions: list[Any], people: list[Any], count: int) -> None:
        """Write cases with one to four reports, a third of them decided."""
        from extery_site.reports.models import Case, Report

        cases = Case.objects.bulk_create(
            [
                Case(
                    kind="extension",
                    target_pk=extension.pk,
                    key=extension.extension_id,
                    title=extension.name,
                    extension=extension,
                    person=extension.owner,
                    status="open" if place % 3 else "resolved",
                    decided_by=None if place % 3 else people[1],
                    decided_at=None if place % 3 else self.ago(2000),
                    assigned_to=people[0] if place % 10 == 1 else None,
                    created_at=self.ago(5000),
                )
                for place, extension in enumerate(extensions[:count])
            ],
            BATCH,
        )
        Report.objects.bulk_create(
            [
                Report(
                    case=case,
                    by=people[(place + turn) % len(people)],
                    reason="broken" if turn else "harmful",
                    text=TEXT[:300],
                    created_at=self.ago(5000),
                )
                for place, case in enumerate(cases)
                for turn in range(min(place % 4 + 1, len(people)))
            ],
            BATCH,
        )

    def audit(self, people: list[Any], count: int) -> None:
        """Write rows of the audit log of three years, in the order of their times."""
        from extery_site.audit.models import AuditEntry
        from extery_site.audit.recording import search_names

        for start in range(0, count, BATCH):
            AuditEntry.objects.bulk_create(
                [
                    self._audit_row(place, count, people[place % len(people)], search_names)
                    for place in range(start, min(start + BATCH, count))
                ]
            )

    def _audit_row(self, place: int, count: int, person: Any, search_names: Any) -> Any:
        from extery_site.audit.models import AuditEntry

        # A group of actions, and extensions, that only the oldest rows have.
        is_old = place < count / 100
        hours = 26_000 * (count - place) / count
        key = f"old_{place}" if is_old else f"tool_{place % EXTENSIONS}"
        return AuditEntry(
            created_at=self.now - timedelta(hours=hours),
            action="appeal.made" if is_old else _ACTIONS[place % len(_ACTIONS)],
            actor_id=person.pk,
            actor_name=person.username,
            origin="page",
            extension_key=key,
            extension_name=key.capitalize(),
            version_number="1.0.0",
            path=f"/extensions/{key}/",
            text=TEXT[:100],
            names=search_names(person.username, person.full_name, key, key.capitalize()),
        )

    def searches(self, user: Any, count: int) -> None:
        """Write saved searches of source, and as many that were not saved."""
        from extery_site.source_search.models import Search

        Search.objects.bulk_create(
            [
                Search(
                    owner=user,
                    kind="symbol",
                    query=f"module_{place}.call",
                    name=f"Search {place}" if place % 2 else "",
                    description="What it looks for, and why." if place % 2 else "",
                    is_shared=place % 4 == 1,
                )
                for place in range(2 * count)
            ],
            BATCH,
        )
