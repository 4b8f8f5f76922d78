"""URLs of the review queue and review threads."""

from __future__ import annotations

from django.urls import path

from extery_site.moderation import views

app_name = "moderation"
urlpatterns = [
    path("queue/", views.queue, name="queue"),
    path("queue/<extension_id>/", views.thread, name="thread"),
]
