"""Fills a site with many rows of everything that its pages list, without files and without actions."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

EXTENSIONS = 5000
ENTRIES = 2000
EVENTS = 500
NOTIFICATIONS = 10_000
RATINGS = 5000
CASES = 2000
AUDIT_ROWS = 100_000
SEARCHES = 500
#: Rows that one query writes.
_BATCH = 2000
_TEXT = "It does one of the things that people want, and says in **Markdown** how. " * 20
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


class _Content:
    """Writes rows with times before ``now``; the same ones in each run."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rng = random.Random("site")

    def _ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=self.rng.uniform(0, hours))

    def people(self, count: int) -> list[Any]:
        """Write two moderators and users."""
        from extery_site.accounts.models import User

        return User.objects.bulk_create(
            [
                User(
                    username=f"person{number}",
                    full_name=f"Person {number}",
                    is_moderator=number < 2,
                )
                for number in range(count)
            ],
            _BATCH,
        )

    def extensions(self, people: list[Any], count: int) -> list[Any]:
        """Write public extensions with images and tags; a tenth of them is of one owner."""
        from extery_site.catalog.models import Extension, Image, Tag
        from extery_site.files.models import StoredFile

        file = StoredFile.objects.create(sha256="f" * 64, size=1000, kind="image")
        images = Image.objects.bulk_create(
            [
                Image(file=file, width=1920, height=1080, alt_text="The panel of the tool")
                for _ in range(count)
            ],
            _BATCH,
        )
        extensions = Extension.objects.bulk_create(
            [
                Extension(
                    extension_id=f"tool_{number}",
                    id_key=f"tool_{number}",
                    id_skeleton=f"tool{number}",
                    name=f"Tool {number}",
                    name_skeleton=f"tool{number}",
                    tagline="Does one of the things that people want",
                    description=_TEXT,
                    type="add-on" if number % 5 else "theme",
                    owner=people[2 if number % 10 == 0 else number % len(people)],
                    image=image,
                    status="approved",
                    download_count=self.rng.randrange(100_000),
                    approved_at=self.now,
                    published_at=self._ago(10_000),
                )
                for number, image in enumerate(images)
            ],
            _BATCH,
        )
        tags = Tag.objects.bulk_create(
            Tag(name=f"Tag {number}", slug=f"tag-{number}", type="add-on") for number in range(40)
        )
        through: Any = Extension.tags.through
        through.objects.bulk_create(
            [
                through(extension_id=extension.pk, tag_id=tags[number % 40].pk)
                for number, extension in enumerate(extensions)
            ],
            _BATCH,
        )
        return extensions

    def terms(self, extensions: list[Any]) -> None:
        """Write 40 terms for each extension, of which most are common and one is of few."""
        from extery_site.catalog.models import SearchTerm

        SearchTerm.objects.bulk_create(
            (
                SearchTerm(extension=extension, term=term)
                for number, extension in enumerate(extensions)
                for term in (
                    *(f"word{self.rng.randrange(60) * 50 + at}" for at in range(38)),
                    "import obj",
                    f"ctrl shift f{number % 100}",
                )
            ),
            _BATCH,
        )

    def versions(self, extensions: list[Any]) -> list[Any]:
        """Write a public version of each extension with its package, and return them."""
        from extery_site.catalog.models import Extension, Package, Version
        from extery_site.files.models import StoredFile

        versions = Version.objects.bulk_create(
            [self._version(extension, "1.0.0", "approved") for extension in extensions], _BATCH
        )
        for version in versions:
            version.extension.newest_version = version
        Extension.objects.bulk_update(extensions, ["newest_version"], 200)
        hashes = [hashlib.sha256(version.pk.to_bytes(8)).hexdigest() for version in versions]
        StoredFile.objects.bulk_create(
            [StoredFile(sha256=sha256, size=64_000, kind="package") for sha256 in hashes], _BATCH
        )
        Package.objects.bulk_create(
            [
                Package(version=one, file_id=sha256, sha256=sha256, size=64_000)
                for one, sha256 in zip(versions, hashes, strict=True)
            ],
            _BATCH,
        )
        return versions

    def _version(self, extension: Any, number: str, status: str) -> Any:
        from extery_site.catalog.models import Version

        is_public = status == "approved"
        return Version(
            extension=extension,
            number=number,
            sort_key=number,
            status=status,
            release_notes="Faster.",
            manifest={"id": extension.extension_id, "name": extension.name, "tagline": _TEXT[:64]},
            permissions={"network": "Loads", "files": "Saves"} if self.rng.random() < 0.2 else {},
            blender_min=4_002_000,
            created_by=extension.owner,
            submitted_at=self._ago(200),
            approved_at=self._ago(10_000) if is_public else None,
        )

    def queue(self, published: list[Any], people: list[Any]) -> None:
        """Write a version in the queue for each one that is public, with claims and answers."""
        from extery_site.catalog.models import Event, Version
        from extery_site.moderation.models import Answer, Claim, QueueEntry

        rng = self.rng
        versions = Version.objects.bulk_create(
            [
                self._version(
                    one.extension, "1.1.0", "in_review" if place % 5 else "changes_requested"
                )
                for place, one in enumerate(published)
            ],
            _BATCH,
        )
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
            _BATCH,
        )
        Claim.objects.bulk_create(
            Claim(version=version, by=people[place % 2], expires_at=self.now + timedelta(hours=2))
            for place, version in enumerate(versions[::20])
        )
        events = Event.objects.bulk_create(
            [
                Event(
                    extension=version.extension,
                    version=version,
                    version_number=version.number,
                    by=people[0] if place % 2 else version.extension.owner,
                    kind="changes_requested" if place % 2 else "submitted",
                    created_at=self._ago(1000),
                )
                for place, version in enumerate(versions * 2)
            ],
            _BATCH,
        )
        Answer.objects.bulk_create(
            [
                Answer(
                    event=event, kind="update", seconds=rng.randrange(300_000), created_at=self.now
                )
                for event in events[1::2]
            ],
            _BATCH,
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
                text=f"{place}: {_TEXT[:300]}",
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
                    last_at=self._ago(2000),
                    is_unread=place % 2 == 0,
                    asks=place % 4 == 0,
                )
                for place in range(count // 5 + 1)
            ],
            _BATCH,
        )
        Notification.objects.bulk_create(
            [
                Notification(
                    entry=entry,
                    kind="comment",
                    by_id=user.pk + 1 + turn,
                    about=entry.title,
                    text=_TEXT[:300],
                    url=entry.url,
                    created_at=self.now,
                )
                for turn in range(5)
                for entry in entries
            ],
            _BATCH,
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
                    text=_TEXT[:300] if place % 2 else "",
                    version=extension.newest_version,
                    version_number="1.0.0",
                    blender=4_002_000 if place % 3 else 5_000_000,
                    platform="linux-x64",
                    helpful_count=rng.randrange(5),
                    created_at=self._ago(5000),
                )
                for place, person in enumerate(people[:count])
            ],
            _BATCH,
        )
        Reply.objects.bulk_create(
            [
                Reply(rating=rating, by=extension.owner, text="Thank you.")
                for rating in ratings[::3]
            ],
            _BATCH,
        )
        Helpful.objects.bulk_create(
            [Helpful(rating=rating, user=people[0]) for rating in ratings[::2]], _BATCH
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
                    decided_at=None if place % 3 else self._ago(2000),
                    assigned_to=people[0] if place % 10 == 1 else None,
                    created_at=self._ago(5000),
                )
                for place, extension in enumerate(extensions[:count])
            ],
            _BATCH,
        )
        Report.objects.bulk_create(
            [
                Report(
                    case=case,
                    by=people[(place + turn) % len(people)],
                    reason="broken" if turn else "harmful",
                    text=_TEXT[:300],
                    created_at=self._ago(5000),
                )
                for place, case in enumerate(cases)
                for turn in range(min(place % 4 + 1, len(people)))
            ],
            _BATCH,
        )

    def audit(self, people: list[Any], count: int) -> None:
        """Write rows of the audit log of three years, in the order of their times."""
        from extery_site.audit.models import AuditEntry
        from extery_site.audit.recording import search_names

        for start in range(0, count, _BATCH):
            AuditEntry.objects.bulk_create(
                [
                    self._audit_row(place, count, people[place % len(people)], search_names)
                    for place in range(start, min(start + _BATCH, count))
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
            text=_TEXT[:100],
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
            _BATCH,
        )
