"""The Django application ``sets``."""

from django.apps import AppConfig


class SetsConfig(AppConfig):
    name = "extery_site.sets"
    verbose_name = "Sets"
    default_auto_field = "django.db.models.BigAutoField"
