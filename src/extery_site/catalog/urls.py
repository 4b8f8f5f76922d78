"""URLs of the public pages."""

from __future__ import annotations

from django.urls import path

from extery.core.types import TYPES
from extery_site.catalog import follow_views, pick_views, views
from extery_site.catalog.home_page import home
from extery_site.catalog.my_blender_views import choose_my_blender
from extery_site.catalog.search_page import follow_search
from extery_site.catalog.suggestions import suggest

app_name = "catalog"
urlpatterns = [
    path("", home, name="home"),
    path("extensions/", views.browse, name="browse"),
    *(
        path(f"{type_.path}/", views.browse, {"type_": type_.name}, name=type_.path)
        for type_ in TYPES
    ),
    path("picks/", pick_views.picks, name="picks"),
    path("picks/<int:pk>/remove/", pick_views.remove, name="remove-pick"),
    path("my-blender/", choose_my_blender, name="my-blender"),
    path("search/suggest", suggest, name="suggest"),
    path("search/follow", follow_search, name="follow_search"),
    path("tags/<slug:slug>/", views.browse, name="tag"),
    path("extensions/<extension_id>/", views.extension, name="extension"),
    path("extensions/<extension_id>/versions/", views.versions, name="versions"),
    path("extensions/<extension_id>/follow/", follow_views.follow, name="follow"),
    path("people/<username>/", views.author, name="author"),
    path("about/use-in-blender/", views.use_in_blender, name="use"),
]
