"""The Django application ``moderation``."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "extery_site.moderation"
    verbose_name = "Moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the module that registers the periodic job of the queue."""
        from extery_site.moderation import queue_tasks  # noqa: F401
