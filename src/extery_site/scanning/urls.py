"""URLs of the pages about what packages do."""

from __future__ import annotations

from django.urls import path

from extery_site.scanning import known_bad_views, views

app_name = "scanning"
urlpatterns = [
    path("known-bad-files/", known_bad_views.known_bad, name="known-bad"),
    path("known-bad-files/<sha256>/remove/", known_bad_views.remove, name="remove-known-bad"),
    path("extensions/<extension_id>/does/", views.does, name="does"),
    path("extensions/<extension_id>/compatibility/", views.compatibility, name="compatibility"),
    path(
        "extensions/<extension_id>/versions/<number>/changes/",
        views.version_changes,
        name="changes",
    ),
]
