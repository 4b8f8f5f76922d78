"""The Django application ``audit``."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "extery_site.audit"
    verbose_name = "Audit log"
    default_auto_field = "django.db.models.BigAutoField"
