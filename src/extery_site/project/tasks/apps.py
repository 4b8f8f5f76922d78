"""The Django application ``tasks``."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TasksConfig(AppConfig):
    name = "extery_site.project.tasks"
    label = "tasks"
    verbose_name = "Background tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the module ``tasks`` of every app, which registers its periodic jobs."""
        from extery_site.project.tasks import maintenance  # noqa: F401

        autodiscover_modules("tasks")
