"""Adds downloads to the numbers of a day: a few queries for a batch, in the transaction of the task that counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db import transaction

from extery.core import platforms
from extery.core.versions import BLENDER_SERIES
from extery_site.project.database import lock_transaction
from extery_site.statistics.models import DownloadCount
from extery_site.statistics.user_agent import system_of

#: Locked by what changes numbers, so that none is lost: see `lock_transaction`.
LOCK = "download-statistics"
#: Blenders that a client may name: so many series at most that lies cannot fill the table.
_OLDEST, _NEWEST = BLENDER_SERIES[0], (BLENDER_SERIES[-1][0] + 1, 9)


class Download(NamedTuple):
    """What is kept of a download: of what, by which series of Blender, on which platform."""

    extension_id: int
    version: str
    blender: str = ""
    platform: str = ""


def countable_system(user_agent: str) -> tuple[str, str]:
    """Return the series of Blender and the platform of a client, such as ``("5.3", "linux-x64")``.

    Empty for what it does not name, or names wrongly. Nothing else of the text is kept.
    """
    version, platform = system_of(user_agent)
    series = tuple(map(int, version.split(".")[:2])) if version else ()
    is_known = len(series) == 2 and _OLDEST <= series <= _NEWEST and series[1] <= 9
    blender = ".".join(map(str, series)) if is_known else ""
    return blender, platform if platform in platforms.KNOWN else ""


@transaction.atomic
def add_to_day(downloads: Mapping[Download, int], *, day: date) -> None:
    """Add numbers of downloads to those of a day."""
    if not downloads:
        return
    lock_transaction(LOCK)
    add_up(Counter(downloads), since=day, is_month=False)


def add_up(numbers: Counter[Download], *, since: date, is_month: bool) -> None:
    """Add to the rows of a day or month; the caller has locked `LOCK`."""
    found = DownloadCount.objects.filter(
        extension_id__in={one.extension_id for one in numbers},
        version__in={one.version for one in numbers},
        since=since,
        is_month=is_month,
    )
    rows = {
        Download(row.extension_id, row.version, row.blender, row.platform): row for row in found
    }
    changed = [rows[key] for key in numbers if key in rows]
    for key in numbers:
        if key in rows:
            rows[key].number += numbers[key]
    DownloadCount.objects.bulk_update(changed, ["number"], batch_size=200)
    DownloadCount.objects.bulk_create(
        [
            DownloadCount(**key._asdict(), since=since, is_month=is_month, number=number)
            for key, number in sorted(numbers.items())
            if key not in rows
        ],
        batch_size=200,
    )
