"""The Django application ``submit``."""

from django.apps import AppConfig


class SubmitConfig(AppConfig):
    name = "extery_site.submit"
    verbose_name = "Submit"
