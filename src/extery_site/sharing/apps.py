"""The Django application ``sharing``."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "extery_site.sharing"
    verbose_name = "Sharing"
