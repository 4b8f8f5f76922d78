"""URLs of the pages for authors."""

from __future__ import annotations

from django.urls import path, re_path

from extery_site.publish import (
    limits,
    manage_views,
    maximum_views,
    replace_views,
    reserved_views,
    views,
)
from extery_site.publish.mine import views as mine_views

app_name = "publish"
urlpatterns = [
    path("publish/", views.upload, name="upload"),
    path("publish/<extension_id>/", views.draft, name="draft"),
    re_path(
        r"^publish/(?P<extension_id>[^/]+)/(?P<number>[^/]+)/(?P<action>submit|withdraw|discard|unpublish|republish|promote)/$",
        views.change_status,
        name="change",
    ),
    path("publish/<extension_id>/<number>/replace/", replace_views.replace_package, name="replace"),
    path("account/limits/", limits.my_limits, name="limits"),
    path("mine/", mine_views.my_extensions, name="mine"),
    re_path(r"^mine/downloads\.(?P<format_>csv|json)$", mine_views.all_downloads, name="downloads"),
    path("mine/offers/<int:pk>/", manage_views.answer_offer, name="offer"),
    path("mine/<extension_id>/", manage_views.manage, name="manage"),
    path("mine/<extension_id>/statistics/", mine_views.statistics, name="statistics"),
    re_path(
        r"^mine/(?P<extension_id>[^/]+)/downloads\.(?P<format_>csv|json)$",
        mine_views.downloads,
        name="extension-downloads",
    ),
    path("mine/<extension_id>/withdraw-offer/", manage_views.withdraw_offer, name="withdraw-offer"),
    path("mine/<extension_id>/<action>/", manage_views.act, name="act"),
    path(
        "extensions/<extension_id>/versions/<number>/maximum/",
        maximum_views.version_maximum,
        name="maximum",
    ),
    path("reserved-ids/", reserved_views.reserved_ids, name="reserved"),
    path("reserved-ids/<int:pk>/free/", reserved_views.free_reserved_id, name="free-id"),
]
