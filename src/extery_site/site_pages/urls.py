"""URLs of the pages that staff writes."""

from __future__ import annotations

from django.urls import re_path

from extery_site.site_pages import views
from extery_site.site_pages.pages import PAGES

app_name = "site_pages"
_NAME = rf"^(?P<name>{'|'.join(PAGES)})/"
urlpatterns = [
    re_path(rf"{_NAME}$", views.show, name="show"),
    re_path(rf"{_NAME}edit/$", views.edit, name="edit"),
    re_path(rf"{_NAME}versions/$", views.versions, name="versions"),
    re_path(rf"{_NAME}versions/(?P<number>[0-9]{{1,9}})/$", views.version, name="version"),
]
