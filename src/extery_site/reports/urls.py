"""URLs of the pages for reports."""

from __future__ import annotations

from django.urls import path

from extery_site.reports import views

app_name = "reports"
urlpatterns = [
    path("extensions/<extension_id>/report/", views.report, name="report"),
    path("reports/", views.report_list, name="list"),
    path("reports/<int:pk>/", views.handle, name="handle"),
]
