"""Downloads of the last weeks, in the statistics from which pages draw lines and find what is trending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from extery_demo.fake.rows import Written
from extery_site.statistics.models import DownloadCount

_DAYS = 14
#: Downloads of a day for each download of all time.
_SHARE = 0.004
#: Series of Blender and platform -> share of the downloads of a day.
_SYSTEMS = {("5.3", "windows-x64"): 0.6, ("4.5", "linux-x64"): 0.4}


def write_downloads(batch: Sequence[Written], now: datetime) -> None:
    """Write downloads of each of the days before ``now`` of all public extensions of a batch."""
    rows = (row for one in batch if one.public for row in _rows(one, now))
    DownloadCount.objects.bulk_create(rows, batch_size=2000)


def _rows(one: Written, now: datetime) -> Iterator[DownloadCount]:
    growth = (one.plan.number * 7 % 13 - 4) / 20  # from falling to rising
    for day in range(1, _DAYS + 1):
        wave = 1 + (one.plan.number + day * 3) % 7 / 10
        trend = 1 + growth * (_DAYS - day) / _DAYS
        for (blender, platform), share in _SYSTEMS.items():
            number = round(one.extension.download_count * _SHARE * share * wave * trend)
            if number:
                yield DownloadCount(
                    extension=one.extension,
                    since=(now - timedelta(days=day)).date(),
                    version=one.public[-1].number,
                    blender=blender,
                    platform=platform,
                    number=number,
                )
