"""The Django application ``quotas``."""

from django.apps import AppConfig


class QuotasConfig(AppConfig):
    name = "extery_site.quotas"
    verbose_name = "Quotas"
    default_auto_field = "django.db.models.BigAutoField"
