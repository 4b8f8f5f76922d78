"""URLs of the review queue and review threads."""

from __future__ import annotations

from django.urls import path

from extery_site.moderation import block_views, status_views, thread_views, views

app_name = "moderation"
urlpatterns = [
    path("queue/", views.queue, name="queue"),
    # No id of an extension is a hyphen.
    path("queue/-/chosen/", views.chosen, name="chosen"),
    path("blocks/", block_views.all_blocks, name="blocks"),
    path("queue/<extension_id>/block/", block_views.block, name="block"),
    path("queue/<extension_id>/", thread_views.thread, name="thread"),
    path("queue/<extension_id>/<number>/status/", status_views.change_status, name="change-status"),
    path("queue/<extension_id>/<number>/", thread_views.thread, name="version"),
]
