"""The Django application ``test_runs``."""

from django.apps import AppConfig


class TestRunsConfig(AppConfig):
    name = "extery_site.test_runs"
    verbose_name = "Tests in Blender"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the module that registers the periodic jobs."""
        from extery_site.test_runs import tasks  # noqa: F401
