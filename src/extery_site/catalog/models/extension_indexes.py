"""The indexes of extensions: each is that of a list or a filter of the site."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

EXTENSION_INDEXES: list[models.Index] = [
    # Of the extensions that pages list; counts them too.
    models.Index(
        fields=["status", "unlisted_at", "-published_at", "-id"],
        name="catalog_extension_newest",
    ),
    models.Index(
        fields=["type", "status", "unlisted_at", "-published_at", "-id"],
        name="catalog_extension_of_type",
    ),
    # With all columns of `most_downloaded`: sorting thousands of rows for four of them takes long.
    models.Index(
        "status",
        "unlisted_at",
        F("download_count").desc(),
        Lower("name"),
        "id",
        name="catalog_extension_popular",
    ),
    # Of filters by the newest version, which count what they find.
    models.Index(
        fields=["status", "unlisted_at", "type", "newest_version"],
        name="catalog_extension_filtered",
    ),
    models.Index(
        fields=["status", "-rating_score", "-rating_count"], name="catalog_extension_rated"
    ),
    models.Index(
        fields=["delete_at"],
        condition=Q(delete_at__isnull=False),
        name="catalog_extension_delete_at",
    ),
    models.Index(
        fields=["deleted_at"],
        condition=Q(deleted_at__isnull=False),
        name="catalog_extension_deleted_at",
    ),
]
