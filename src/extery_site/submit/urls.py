"""URLs of the four steps of a version."""

from __future__ import annotations

from django.urls import path

from extery_site.submit import check_views, files_views, findings_views, page_views

app_name = "submit"
_VERSION = "publish/<extension_id>/<number>"
urlpatterns = [
    path(f"{_VERSION}/files/", files_views.files, name="files"),
    path(f"{_VERSION}/findings/", findings_views.findings, name="findings"),
    path(f"{_VERSION}/page/", page_views.page, name="page"),
    path(f"{_VERSION}/page/save/", page_views.save, name="save"),
    path(f"{_VERSION}/check/", check_views.check, name="check"),
]
