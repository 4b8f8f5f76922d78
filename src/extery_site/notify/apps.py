"""The Django application ``notify``."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "extery_site.notify"
    verbose_name = "Notifications"
    default_auto_field = "django.db.models.BigAutoField"
