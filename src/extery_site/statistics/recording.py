"""Adds downloads to the numbers of a day: one statement for a batch, in the transaction of the task that counts them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from extery.core import platforms
from extery.core.versions import BLENDER_SERIES
from extery_site.statistics.models import DownloadCount
from extery_site.statistics.user_agent import system_of

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
    """Add numbers of downloads to those of a day; transactions that do the same at once add up."""
    rows = [(*key, day, False, number) for key, number in sorted(downloads.items())]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"{INSERT} VALUES (%s, %s, %s, %s, %s, %s, %s) {ADD}", rows)


_TABLE = DownloadCount._meta.db_table  # noqa: SLF001
#: Parts of a statement that adds to the rows of a day or month, and writes those that are not there. Django's
#: `bulk_create` can replace numbers, and not add to them.
INSERT = f"INSERT INTO {_TABLE} (extension_id, version, blender, platform, since, is_month, number)"
ADD = (
    "ON CONFLICT (extension_id, is_month, since, version, blender, platform) "
    f"DO UPDATE SET number = {_TABLE}.number + excluded.number"
)
