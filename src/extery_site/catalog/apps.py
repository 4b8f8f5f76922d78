"""The Django application ``catalog``."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "extery_site.catalog"
    verbose_name = "Catalogue"
    default_auto_field = "django.db.models.BigAutoField"
