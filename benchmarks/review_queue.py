"""Measures the page of the review queue with many entries, for a moderator and for a visitor.

Prints the median and the 95th percentile of the time that the site takes for a page, the
processor time in it, and the number of queries. The peer in the same run is the page of all extensions,
which has as many cards, and no queue. A page of the queue is to take less than 60 ms.

    python benchmarks/review_queue.py [--entries 2000] [--pages 100]
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

LIMIT_MS = 60
QUEUE = ("/queue/", "/queue/?sort=us&page=7", "/queue/?flag=host&show=us", "/queue/?q=tool+1")
PEER = ("/extensions/?sort=name", "/extensions/?sort=popular&page=7")


def main() -> None:
    """Fill a site, measure and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=2000, help="versions in the queue")
    parser.add_argument("--pages", type=int, default=100, help="requests of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXTERY_DATA"] = folder
        os.environ["EXTERY_ALLOWED_HOSTS"] = "testserver"
        from extery_site.project.startup import prepare

        prepare()
        moderator = fill(options.entries)
        rows = [
            ("queue, moderator", measure(QUEUE, options.pages, moderator)),
            ("queue, visitor", measure(QUEUE, options.pages, None)),
            ("extensions, visitor", measure(PEER, options.pages, None)),
        ]
        report(rows, options.entries)


class Times(NamedTuple):
    """Milliseconds of each request, those of the processor in it, and the most queries of one."""

    total: list[float]
    processor: list[float]
    queries: int


def report(rows: list[tuple[str, Times]], entries: int) -> None:
    """Print the times of each kind of page."""
    print(f"{f'{entries} entries':22}{'median':>10}{'p95':>10}{'CPU, p95':>11}{'queries':>9}")
    for name, times in rows:
        slowest, processor = (quantiles(part, n=20)[-1] for part in times[:2])
        exceeded = f"  exceeded: {LIMIT_MS} ms" if slowest > LIMIT_MS and "queue" in name else ""
        print(
            f"{name:22}{median(times.total):7.1f} ms{slowest:7.1f} ms{processor:8.1f} ms"
            f"{times.queries:9}{exceeded}"
        )


def measure(pages: tuple[str, ...], number: int, user: Any) -> Times:
    """Request the pages in turn."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    if user is not None:
        client.force_login(user)
    most = 0
    for page in pages:  # also fills the caches of templates
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(page).status_code == 200, page
        most = max(most, len(captured))
    total, processor = [], []
    for index in range(max(number, 2)):
        start, start_processor = time.perf_counter(), time.process_time()
        client.get(pages[index % len(pages)])
        total.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - start_processor) * 1000)
    return Times(total, processor, most)


def fill(entries: int) -> Any:
    """Write ``entries`` versions in review with claims and comments, and as many extensions; return a moderator."""
    from django.utils import timezone

    from extery_site.accounts.models import User
    from extery_site.catalog.models import Event, Extension, Version
    from extery_site.moderation.models import Answer, Claim, QueueEntry

    rng, now = random.Random("queue"), timezone.now()
    people = User.objects.bulk_create(
        User(username=f"author{number}", full_name=f"Author {number}", is_moderator=number < 2)
        for number in range(22)
    )
    moderator, authors = people[0], people[2:]
    extensions = Extension.objects.bulk_create(
        Extension(
            extension_id=f"tool_{number}",
            id_key=f"tool_{number}",
            name=f"Tool {number}",
            tagline="A tool for benchmarks",
            type="add-on" if number % 5 else "theme",
            description="Text",
            owner=authors[number % 20],
            status="approved" if number % 2 else "in_review",
        )
        for number in range(entries)
    )
    versions = Version.objects.bulk_create(
        Version(
            extension=extension,
            number="1.0.0",
            sort_key="1",
            status="in_review" if number % 5 else "changes_requested",
            blender_min=4_002_000,
            created_by=extension.owner,
            submitted_at=now - timedelta(hours=rng.uniform(0, 200)),
            permissions={"network": "Loads"} if number % 7 == 0 else {},
        )
        for number, extension in enumerate(extensions)
    )
    QueueEntry.objects.bulk_create(
        QueueEntry(
            version=version,
            side="us" if version.status == "in_review" else "author",
            since=int(now.timestamp()) - rng.randrange(700_000),
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
    )
    Claim.objects.bulk_create(
        Claim(version=version, by=people[number % 2], expires_at=now + timedelta(hours=2))
        for number, version in enumerate(versions[::20])
    )
    events = Event.objects.bulk_create(
        Event(
            extension=version.extension,
            version=version,
            version_number=version.number,
            by=version.extension.owner,
            kind="comment" if number % 2 else "approved",
        )
        for number, version in enumerate(versions * 2)
    )
    Answer.objects.bulk_create(
        Answer(event=event, kind="update", seconds=rng.randrange(300_000), created_at=now)
        for event in events[::2]
    )
    return moderator


if __name__ == "__main__":
    main()
