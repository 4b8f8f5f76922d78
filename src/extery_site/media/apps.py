"""The Django application ``media``."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "extery_site.media"
    verbose_name = "Pictures and videos"
    default_auto_field = "django.db.models.BigAutoField"
