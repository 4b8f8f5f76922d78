"""The Django application ``source_search``."""

from django.apps import AppConfig


class SourceSearchConfig(AppConfig):
    name = "extery_site.source_search"
    verbose_name = "Source search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the module that registers the periodic jobs."""
        from extery_site.source_search import tasks  # noqa: F401
