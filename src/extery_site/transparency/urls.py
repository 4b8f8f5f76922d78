"""URLs of the transparency page."""

from __future__ import annotations

from django.urls import path

from extery_site.transparency import views

app_name = "transparency"
urlpatterns = [
    path("transparency/", views.page, name="page"),
    path("transparency/months.csv", views.download, name="csv"),
]
