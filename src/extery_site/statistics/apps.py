"""The Django application ``statistics``."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "extery_site.statistics"
    verbose_name = "Statistics"
    default_auto_field = "django.db.models.BigAutoField"
