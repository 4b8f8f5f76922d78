"""Addresses of the pages of ``publish``."""

from __future__ import annotations

from django.urls import path, re_path

from extery_site.publish import views

app_name = "publish"
urlpatterns = [
    path("publish/", views.upload, name="upload"),
    path("publish/<extension_id>/", views.draft, name="draft"),
    re_path(
        r"^publish/(?P<extension_id>[^/]+)/(?P<number>[^/]+)/(?P<step>submit|withdraw|discard)/$",
        views.change,
        name="change",
    ),
    path("mine/", views.mine, name="mine"),
]
