"""The Django application ``administration``."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "extery_site.administration"
    verbose_name = "Administration"
