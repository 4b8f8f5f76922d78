"""URLs of the source search."""

from __future__ import annotations

from django.urls import path, re_path

from extery_site.source_search import views

app_name = "source_search"
urlpatterns = [
    path("staff/sources/", views.start, name="start"),
    path("staff/sources/<int:pk>/", views.search, name="search"),
    path("staff/sources/<int:pk>/save/", views.save, name="save"),
    re_path(
        r"^staff/sources/(?P<pk>\d{1,18})/results\.(?P<format_>csv|json)$",
        views.export,
        name="export",
    ),
    path("staff/sources/files/<int:pk>/", views.source, name="source"),
]
