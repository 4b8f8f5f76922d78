"""The Django application ``transparency``."""

from django.apps import AppConfig


class TransparencyConfig(AppConfig):
    name = "extery_site.transparency"
    verbose_name = "Transparency"
    default_auto_field = "django.db.models.BigAutoField"
