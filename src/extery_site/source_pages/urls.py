"""URLs of the pages about the source of packages."""

from __future__ import annotations

from django.urls import path

from extery_site.source_pages import code_views, compare_views, themes

app_name = "source_pages"
urlpatterns = [
    path("extensions/<extension_id>/code/", code_views.code, name="code"),
    path("extensions/<extension_id>/code/text/", code_views.plain_text, name="text"),
    path("extensions/<extension_id>/theme.svg", themes.picture, name="theme-window"),
    path("extensions/<extension_id>/versions/compare/", compare_views.compare, name="compare"),
]
