"""URLs of the pages for authors."""

from __future__ import annotations

from django.urls import path, re_path

from extery_site.publish import views

app_name = "publish"
urlpatterns = [
    path("publish/", views.upload, name="upload"),
    path("publish/<extension_id>/", views.draft, name="draft"),
    re_path(
        r"^publish/(?P<extension_id>[^/]+)/(?P<number>[^/]+)/(?P<action>submit|withdraw|discard)/$",
        views.change_status,
        name="change",
    ),
    path("mine/", views.my_extensions, name="mine"),
]
