"""The Django application ``ratings``."""

from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "extery_site.ratings"
    verbose_name = "Ratings"
    default_auto_field = "django.db.models.BigAutoField"
