"""The Django application ``listings``."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """Subscribes the listings to the events of the catalogue."""

    name = "extery_site.listings"
    verbose_name = "Listings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from extery_site.catalog.lifecycle import subscribe
        from extery_site.listings.subscriber import update_rows

        subscribe(update_rows)
