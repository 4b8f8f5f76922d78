"""The Django application ``scanning``."""

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "extery_site.scanning"
    verbose_name = "Scanning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the module that registers the periodic jobs."""
        from extery_site.scanning import tasks  # noqa: F401
