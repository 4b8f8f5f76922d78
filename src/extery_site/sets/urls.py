"""URLs of the pages and listings of sets."""

from __future__ import annotations

from django.urls import path

from extery_site.sets import add_views, edit_views, views

app_name = "sets"
urlpatterns = [
    path("sets/", views.set_list, name="list"),
    path("sets/mine/", edit_views.mine, name="mine"),
    path("sets/new/", edit_views.new, name="new"),
    path("sets/<owner>/<name>/", views.page, name="page"),
    path("sets/<owner>/<name>/index.json", views.listing, name="listing"),
    path("sets/<owner>/<name>/edit/", edit_views.edit, name="edit"),
    path("sets/<owner>/<name>/entries/", edit_views.change_entries, name="entries"),
    path("sets/<owner>/<name>/delete/", edit_views.delete, name="delete"),
    path("sets/<owner>/<name>/hide/", edit_views.hide, name="hide"),
    path("sets/<owner>/<name>/follow/", views.follow, name="follow"),
    path("extensions/<extension_id>/sets/", add_views.add, name="add"),
]
