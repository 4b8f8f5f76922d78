"""The Django application ``search``."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    name = "extery_site.search"
    verbose_name = "Search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Create the index of the database after its tables, also of a new database, which runs no migrations."""
        post_migrate.connect(_create_index, sender=self)


def _create_index(*, using: str, **_: Any) -> None:
    from django.db import connections

    from extery_site.search.engines import engine_of

    engine_of(connections[using]).create_index(connections[using])
