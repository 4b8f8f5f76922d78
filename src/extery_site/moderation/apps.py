"""The Django application ``moderation``."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "extery_site.moderation"
    verbose_name = "Moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the modules that register the periodic jobs of the queue and of publications."""
        from extery_site.moderation import queue_tasks, schedule_tasks  # noqa: F401
