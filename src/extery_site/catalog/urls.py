"""Addresses of the pages of ``catalog``."""

from __future__ import annotations

from django.urls import path

from extery_site.catalog import views

app_name = "catalog"
urlpatterns = [
    path("", views.home, name="home"),
    path("extensions/", views.browse, name="browse"),
    path("add-ons/", views.browse, {"type_": "add-on"}, name="add_ons"),
    path("themes/", views.browse, {"type_": "theme"}, name="themes"),
    path("tags/<slug:slug>/", views.browse, name="tag"),
    path("extensions/<extension_id>/", views.extension, name="extension"),
    path("extensions/<extension_id>/versions/", views.versions, name="versions"),
    path("people/<username>/", views.author, name="author"),
    path("about/use-in-blender/", views.use, name="use"),
    path("pictures/<type_>/<extension_id>.svg", views.picture, name="picture"),
]
