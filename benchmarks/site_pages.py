"""Measures pages of the site that list many rows, for those who use them.

The site has 5,000 extensions, 2,000 versions in the review queue, a thread of 500 entries, a feed of
10,000 notifications, 5,000 ratings of one extension, 2,000 cases of reports, an audit log of 100,000
rows, and 500 saved searches of source. Prints for each kind of page:

- the median and the 95th percentile of the time that the site takes for a request;
- the least, the median and the 95th percentile of the processor time in it, and the mean of that of PostgreSQL's process;
- the number of queries of the page with the most;
- the ratio of the median processor time to that of the peer in the same run: the page of a problem,
  the smallest one of the site, which reads no rows.

A page is to take less than 60 ms, the start page less than 250 ms when a process makes it again. With SQLite that is compared with the processor time, because the
database is a part of the process, and other programs do not count. `EXTERY_DATABASE` sets another one.

    python benchmarks/site_pages.py [--scale 1] [--rounds 40] [--only queue]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from statistics import mean, median, quantiles
from typing import Any, NamedTuple

from cpu_time import database_cpu_seconds
from site_content import Site, fill

LIMIT_MS = 60
#: For a page that a process makes again every 20 seconds only.
LIMIT_NOT_KEPT_MS = 250
PEER = "a problem, visitor"


class Pages(NamedTuple):
    """Addresses of one kind, which are requested in turn by a user, or without one."""

    name: str
    user: Any
    addresses: Sequence[str]
    #: Whether processes may answer from what they have kept.
    is_kept: bool = True
    #: The choice of "My Blender".
    cookie: str = ""


def pages_of(site: Site) -> list[Pages]:
    """Return what is measured."""
    queue = ("/queue/", "/queue/?sort=us&page=7", "/queue/?kind=update&show=us", "/queue/?q=tool+1")
    thread = (f"/queue/{site.extension.extension_id}/1.1.0/",)
    page = f"/extensions/{site.extension.extension_id}/"
    ratings = [f"{page}ratings/{query}" for query in ("", "?order=newest&page=90", "?stars=3")]
    feed = ("", "?page=90", "?show=unread", "?show=asked&page=9", "?show=moderation")
    reports = ("", "?page=40", "?show=resolved", "?q=tool+19", "?reason=harmful&sort=reach")
    audit = "/staff/audit/"
    return [
        Pages(PEER, None, ["/problems/request.not-found/"]),
        Pages("home, visitor", None, ["/"]),
        Pages("home, author", site.author, ["/"]),
        # Made again for each request, as after the time for which a process keeps it.
        Pages("home, not kept", None, ["/"], is_kept=False),
        Pages("home, not kept, what fits", None, ["/"], is_kept=False, cookie="5.3:linux-x64:1"),
        Pages("extensions, what fits", None, ["/extensions/"], cookie="4.5:linux-x64:1"),
        Pages("extensions, visitor", None, ["/extensions/?sort=name", "/extensions/?page=99"]),
        Pages("search, visitor", None, ["/extensions/?q=tool+19", "/extensions/?q=no+such+words"]),
        Pages(
            "search for what it does",
            None,
            ["/extensions/?q=import+obj", "/extensions/?q=ctrl+shift+f7", "/extensions/?q=word7"],
        ),
        Pages("extension with ratings, visitor", None, [page]),
        Pages("user with extensions, visitor", None, [f"/people/{site.author.username}/"]),
        Pages("own extensions, author", site.author, ["/mine/"]),
        Pages("queue, moderator", site.moderator, [*queue, "/queue/?flag=host"]),
        Pages("queue, visitor", None, queue),
        Pages("decided, visitor", None, ["/queue/?show=decided", "/queue/?show=decided&page=50"]),
        Pages("thread, moderator", site.moderator, thread),
        Pages("thread, author", site.author, thread),
        Pages("thread, visitor", None, thread),
        Pages("feed, moderator", site.moderator, [f"/notifications/{query}" for query in feed]),
        Pages("ratings, moderator", site.moderator, ratings),
        Pages("ratings, visitor", None, ratings),
        Pages("reports, moderator", site.moderator, [f"/reports/{query}" for query in reports]),
        Pages("audit log, newest", site.moderator, [audit]),
        Pages(
            "audit log, group", site.moderator, [f"{audit}?action=event.", f"{audit}?action=case."]
        ),
        Pages("audit log, rare group", site.moderator, [f"{audit}?action=appeal."]),
        Pages("audit log, text", site.moderator, [f"{audit}?q=person77", f"{audit}?q=tool_7"]),
        Pages("audit log, rare text", site.moderator, [f"{audit}?q=old_9", f"{audit}?q=nowhere"]),
        Pages("searches, moderator", site.moderator, ["/staff/sources/"]),
    ]


def main() -> None:
    """Fill a site, measure and compare; exit with 1 if a page takes too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1, help="of the number of rows")
    parser.add_argument("--rounds", type=int, default=40, help="requests of each kind")
    parser.add_argument("--only", default="", help="kinds whose name contains this, and the peer")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        os.environ["EXTERY_DATA"] = folder
        os.environ["EXTERY_ALLOWED_HOSTS"] = "testserver"
        from extery_site.project.startup import prepare

        prepare()
        wanted = [
            pages
            for pages in pages_of(fill(options.scale))
            if options.only in pages.name or pages.name == PEER
        ]
        exceeded = report(wanted, measure(wanted, max(options.rounds, 2)))
    sys.exit(1 if exceeded else 0)


class Times(NamedTuple):
    """Milliseconds of each request, those of the processor in it, the most queries of one, and the sum of PostgreSQL's processor time."""

    total: list[float]
    processor: list[float]
    queries: int
    database: list[float]


def measure(kinds: Sequence[Pages], rounds: int) -> list[Times]:
    """Request the kinds in turn, so that what else the machine does affects all of them."""
    from django.conf import settings
    from django.test import Client

    clients = []
    for kind in kinds:
        client = Client(headers={"Accept-Encoding": "gzip"})
        if kind.user is not None:
            client.force_login(kind.user)
        if kind.cookie:
            client.cookies["extery_blender"] = kind.cookie
        clients.append(client)
    times = [
        Times([], [], count_queries(client, kind), [])
        for kind, client in zip(kinds, clients, strict=True)
    ]
    for turn in range(rounds):
        for kind, client, (total, processor, _, database) in zip(
            kinds, clients, times, strict=True
        ):
            address = kind.addresses[turn % len(kind.addresses)]
            settings.PAGE_CACHE_SECONDS = 3600 if kind.is_kept else 0
            start_database = database_cpu_seconds()
            start, start_processor = time.perf_counter(), time.process_time()
            client.get(address)
            total.append((time.perf_counter() - start) * 1000)
            processor.append((time.process_time() - start_processor) * 1000)
            database.append((database_cpu_seconds() - start_database) * 1000)
    return times


def count_queries(client: Any, kind: Pages) -> int:
    """Request each page twice, which fills the caches of templates; return the most queries of one."""
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    numbers = []
    for address in kind.addresses:
        assert client.get(address).status_code == 200, address
        settings.PAGE_CACHE_SECONDS = 3600 if kind.is_kept else 0
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(address)
        numbers.append(len(captured))
    return max(numbers)


def report(kinds: Sequence[Pages], measured: Sequence[Times], *, limit: float = LIMIT_MS) -> bool:
    """Print the times of each kind of page; return whether one exceeds the limit in milliseconds."""
    from django.db import connection

    peer = median(measured[0].processor)
    print(f"{'':33}{'time':>12}{'processor time':>24}{'database':>10}")
    print(
        f"{'milliseconds':33}{'p50':>6}{'p95':>6}{'least':>8}{'p50':>8}{'p95':>8}{'mean':>10}  queries  ratio"
    )
    exceeded = []
    for kind, times in zip(kinds, measured, strict=True):
        p95, processor_p95 = (quantiles(part, n=20)[-1] for part in times[:2])
        slowest = processor_p95 if connection.vendor == "sqlite" else p95
        is_slow = slowest > (limit if kind.is_kept else max(limit, LIMIT_NOT_KEPT_MS))
        exceeded += [kind.name] if is_slow else []
        print(
            f"{kind.name:33}{median(times.total):6.0f}{p95:6.0f}{min(times.processor):8.1f}"
            f"{median(times.processor):8.1f}{processor_p95:8.1f}{mean(times.database):10.1f}{times.queries:9}"
            f"{median(times.processor) / peer:7.1f}{'  exceeded' if is_slow else ''}"
        )
    print(f"limit: {limit:g} ms, {f'exceeded by {len(exceeded)}' if exceeded else 'met'}")
    return bool(exceeded)


if __name__ == "__main__":
    main()
