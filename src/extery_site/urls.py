"""Every address of the site: pages, accounts, images."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("extery_site.catalog.urls")),
    path("", include("extery_site.publish.urls")),
    path("", include("extery_site.review.urls")),
    path("", include("extery_site.reports.urls")),
    path("account/", include("extery_site.accounts.urls")),
    path("account/", include("allauth.account.urls")),
]
