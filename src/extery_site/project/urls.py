"""URLs of the site: pages, accounts, the API, downloads and images."""

from __future__ import annotations

from django.urls import include, path, re_path

from extery_site.administration.site import admin_site
from extery_site.api import api
from extery_site.listings.downloads import download
from extery_site.media.serving import image, video
from extery_site.project.error_views import problem_page
from extery_site.ui import well_known

urlpatterns = [
    path("robots.txt", well_known.robots),
    path(".well-known/security.txt", well_known.security),
    path(".well-known/change-password", well_known.change_password),
    path("", include("extery_site.catalog.urls")),
    path("", include("extery_site.sharing.urls")),
    path("", include("extery_site.media.urls")),
    path("", include("extery_site.publish.urls")),
    path("", include("extery_site.submit.urls")),
    path("", include("extery_site.ratings.urls")),
    path("", include("extery_site.sets.urls")),
    path("", include("extery_site.scanning.urls")),
    path("", include("extery_site.test_runs.urls")),
    path("", include("extery_site.source_search.urls")),
    path("", include("extery_site.moderation.urls")),
    path("", include("extery_site.source_pages.urls")),
    path("", include("extery_site.reports.urls")),
    path("", include("extery_site.transparency.urls")),
    path("", include("extery_site.site_pages.urls")),
    path("", include("extery_site.notify.urls")),
    path("", include("extery_site.administration.urls")),
    path("account/", include("extery_site.accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("api/", api.urls),
    re_path(
        r"^download/sha256:(?P<sha256>[0-9a-f]{64})/(?P<name>[^/]+)$", download, name="download"
    ),
    path("admin/", admin_site.urls),
    path("problems/<code>/", problem_page, name="problem"),
    re_path(r"^media/images/(?P<folder>[0-9a-f]{2})/(?P<sha256>[0-9a-f]{64})\.webp$", image),
    re_path(
        r"^media/videos/(?P<folder>[0-9a-f]{2})/(?P<sha256>[0-9a-f]{64})\.(?P<suffix>mp4|webm)$",
        video,
    ),
]

handler400 = "extery_site.project.error_views.bad_request"
handler403 = "extery_site.project.error_views.permission_denied"
handler404 = "extery_site.project.error_views.not_found"
handler429 = "extery_site.project.error_views.too_many_requests"  # of django-allauth
handler500 = "extery_site.project.error_views.server_error"
