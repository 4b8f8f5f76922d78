"""The Django application ``reports``."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "extery_site.reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"
