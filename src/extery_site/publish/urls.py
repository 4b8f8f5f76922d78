"""Addresses of the pages of ``publish``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "publish"
urlpatterns: list[URLPattern] = []
