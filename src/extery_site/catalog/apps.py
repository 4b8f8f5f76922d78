"""The Django application ``catalog``."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class CatalogConfig(AppConfig):
    name = "extery_site.catalog"
    verbose_name = "Catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the periodic jobs, and let the search follow the names of users."""
        from extery_site.catalog import tasks  # noqa: F401

        post_save.connect(_index_author, sender="accounts.User")


def _index_author(
    *, instance: Any, created: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    if created or (update_fields is not None and not update_fields & {"username", "full_name"}):
        return
    from extery_site.catalog.search_documents import update_author

    update_author(instance)
