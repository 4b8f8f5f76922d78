"""Addresses of the pages of ``review``."""

from __future__ import annotations

from django.urls import path

from extery_site.review import views

app_name = "review"
urlpatterns = [
    path("queue/", views.queue, name="queue"),
    path("queue/<extension_id>/", views.thread, name="thread"),
]
