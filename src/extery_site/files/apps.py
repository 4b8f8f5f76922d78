"""The app of the stored files."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "extery_site.files"
    verbose_name = "Files"
    default_auto_field = "django.db.models.BigAutoField"
