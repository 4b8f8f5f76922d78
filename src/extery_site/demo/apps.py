"""The Django application ``demo``."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "extery_site.demo"
    verbose_name = "Demonstration"
    default_auto_field = "django.db.models.BigAutoField"
