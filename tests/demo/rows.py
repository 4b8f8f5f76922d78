"""The rows that seeding changes."""

from __future__ import annotations

from typing import Any

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Image, Package, Version
from extery_site.listings.models import Revision
from extery_site.reports.models import Report


def all_rows() -> list[Any]:
    """Return all rows of the tables that seeding changes."""
    tables = (User, Extension, Version, Package, Image, Event, Report, Revision)
    return [list(table.objects.order_by("pk").values()) for table in tables]
