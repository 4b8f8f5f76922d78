"""URLs of the pages about what packages do."""

from __future__ import annotations

from django.urls import path

from extery_site.scanning import views

app_name = "scanning"
urlpatterns = [
    path(
        "extensions/<extension_id>/versions/<number>/changes/",
        views.version_changes,
        name="changes",
    ),
]
