"""The Django application ``publish``."""

from django.apps import AppConfig


class PublishConfig(AppConfig):
    name = "extery_site.publish"
    verbose_name = "Publishing"
    default_auto_field = "django.db.models.BigAutoField"
