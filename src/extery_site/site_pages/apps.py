"""The Django application ``site_pages``."""

from django.apps import AppConfig


class SitePagesConfig(AppConfig):
    name = "extery_site.site_pages"
    verbose_name = "Pages of the site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receiver of sign-ups."""
        from extery_site.site_pages import acceptance  # noqa: F401
