"""The Django application ``source_pages``."""

from django.apps import AppConfig


class SourcePagesConfig(AppConfig):
    name = "extery_site.source_pages"
    verbose_name = "Source pages"
    default_auto_field = "django.db.models.BigAutoField"
