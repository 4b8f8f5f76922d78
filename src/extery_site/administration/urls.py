"""URLs of the tools of the staff."""

from __future__ import annotations

from django.urls import path

from extery_site.administration import audit_views

app_name = "administration"
urlpatterns = [
    path("staff/audit/", audit_views.audit_log, name="audit"),
    path("staff/audit/export.<name>", audit_views.export, name="audit-export"),
]
