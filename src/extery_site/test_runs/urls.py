"""URLs of the pages about tests in Blender."""

from __future__ import annotations

from django.urls import path

from extery_site.test_runs import views

app_name = "test_runs"
urlpatterns = [
    path("extensions/<extension_id>/versions/<number>/runs/", views.version_runs, name="runs"),
]
