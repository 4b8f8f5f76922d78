"""The Django application ``ui``."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Has no models."""

    name = "extery_site.ui"
