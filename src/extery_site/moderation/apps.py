"""The Django application ``moderation``."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "extery_site.moderation"
    verbose_name = "Moderation"
    default_auto_field = "django.db.models.BigAutoField"
