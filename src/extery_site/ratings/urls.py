"""URLs of the pages of ratings."""

from __future__ import annotations

from django.urls import path

from extery_site.ratings import views

app_name = "ratings"
urlpatterns = [
    path("extensions/<extension_id>/ratings/", views.ratings, name="list"),
    path("extensions/<extension_id>/ratings/remove/", views.remove, name="remove"),
    path("extensions/<extension_id>/ratings/<int:pk>/helpful/", views.helpful, name="helpful"),
    path("extensions/<extension_id>/ratings/<int:pk>/reply/", views.reply, name="reply"),
    path("extensions/<extension_id>/ratings/<int:pk>/hide/", views.hide, name="hide"),
]
