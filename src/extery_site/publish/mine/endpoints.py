"""API endpoints of the numbers of one's own extensions."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Field, Router, Schema

from extery.core.errors import NotFound
from extery_site.accounts.permissions import require_user
from extery_site.catalog.models import Extension
from extery_site.publish.mine import exports
from extery_site.statistics.queries import Keys

router = Router(tags=["statistics"])
#: Rows of a response; the pages have files with all.
MAX_ROWS = 20_000


class DownloadsOut(Schema):
    """How often a version was downloaded on a day or in a month (UTC), by one series of Blender on one platform."""

    since: date = Field(description="The day, or the first day of the month.")
    period: str = Field(description="`day`, or `month` for older numbers.")
    extension: str
    version: str
    blender: str = Field(description="The series, such as `5.3`; empty if the client named none.")
    platform: str = Field(description="Empty if the client named none.")
    downloads: int


class StatisticsOut(Schema):
    """The numbers of downloads, the newest first; ``is_complete`` is false if older ones are left out."""

    downloads: list[DownloadsOut]
    is_complete: bool


@router.get("/mine/statistics", response=StatisticsOut)
def my_statistics(request: HttpRequest) -> StatisticsOut:
    """Return the downloads of all your extensions, by day, version, Blender and platform."""
    user = require_user(request.user)
    own = Extension.objects.filter(owner=user, erased_at=None)
    return _statistics(list(own.values_list("pk", flat=True)))


@router.get("/mine/{extension_id}/statistics", response=StatisticsOut)
def extension_statistics(request: HttpRequest, extension_id: str) -> StatisticsOut:
    """Return the downloads of one of your extensions, by day, version, Blender and platform."""
    user = require_user(request.user)
    own = Extension.objects.filter(owner=user, erased_at=None)
    extension = own.with_id(extension_id).first()
    if extension is None:
        raise NotFound.of("request.not-found", variant="extension", id=extension_id)
    return _statistics([extension.pk])


def _statistics(extensions: Keys) -> StatisticsOut:
    rows = list(exports.rows_of(extensions, limit=MAX_ROWS + 1))
    return StatisticsOut(
        downloads=[DownloadsOut(**row) for row in rows[:MAX_ROWS]],
        is_complete=len(rows) <= MAX_ROWS,
    )
