"""The Django application ``review``."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "extery_site.review"
    verbose_name = "Review"
    default_auto_field = "django.db.models.BigAutoField"
