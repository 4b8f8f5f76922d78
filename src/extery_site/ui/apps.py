"""The Django application ``ui``."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, template tags and static files; no models."""

    name = "extery_site.ui"
