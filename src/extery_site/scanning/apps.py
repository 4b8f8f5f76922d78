"""The Django application ``scanning``."""

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "extery_site.scanning"
    verbose_name = "Scanning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the modules that register the periodic jobs and the checks of settings."""
        from extery_site.scanning import system_checks, tasks  # noqa: F401
