"""The Django application ``accounts``."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "extery_site.accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receiver of deletions."""
        from extery_site.accounts import deletions  # noqa: F401
