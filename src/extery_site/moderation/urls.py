"""URLs of the review queue and review threads."""

from __future__ import annotations

from django.urls import path

from extery_site.moderation import (
    block_views,
    log_views,
    precision_views,
    reply_views,
    status_views,
    tab_views,
    thread_views,
    try_files,
    views,
)

app_name = "moderation"
urlpatterns = [
    path("queue/", views.queue, name="queue"),
    # No id of an extension is a hyphen.
    path("queue/-/chosen/", views.chosen, name="chosen"),
    path("blocks/", block_views.all_blocks, name="blocks"),
    path("queue/<extension_id>/block/", block_views.block, name="block"),
    path("queue/-/saved-replies/", reply_views.replies, name="replies"),
    path("queue/-/precision/", precision_views.precision, name="precision"),
    path("queue/<extension_id>/", thread_views.thread, name="thread"),
    path("queue/<extension_id>/<number>/status/", status_views.change_status, name="change-status"),
    path("queue/<extension_id>/<number>/", thread_views.thread, name="version"),
    path("queue/<extension_id>/<number>/changes/", tab_views.changes, name="changes"),
    path("queue/<extension_id>/<number>/findings/", tab_views.findings, name="findings"),
    path("queue/<extension_id>/<number>/try/", tab_views.try_it, name="try"),
    path("queue/<extension_id>/<number>/decide/", tab_views.confirm, name="decide"),
    path("extensions/<extension_id>/log/", log_views.log, name="log"),
    path("try/<token>/", try_files.listing, name="try-listing"),
    path("try/<token>/<name>", try_files.package, name="try-package"),
]
