"""The Django application ``administration``."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "extery_site.administration"
    verbose_name = "Administration"

    def ready(self) -> None:
        """Register the pages of the admin."""
        from extery_site.administration import pages  # noqa: F401
