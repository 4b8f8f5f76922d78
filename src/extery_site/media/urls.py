"""URLs of the pages on which owners edit pictures and videos."""

from __future__ import annotations

from django.urls import path

from extery_site.media import views

app_name = "media"
urlpatterns = [
    path("publish/<extension_id>/media/", views.edit, name="edit"),
    path("publish/<extension_id>/media/<int:item>/remove/", views.remove, name="remove"),
]
