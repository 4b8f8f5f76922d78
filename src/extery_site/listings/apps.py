"""The Django application ``listings``."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "extery_site.listings"
    verbose_name = "Listings"
    default_auto_field = "django.db.models.BigAutoField"
