"""URLs of feeds, the sitemap, social cards and badges."""

from __future__ import annotations

from django.urls import path, re_path

from extery_site.sharing import badges, cards, feed_views, sitemap

app_name = "sharing"
urlpatterns = [
    path("feeds/newest.atom", feed_views.newest, name="newest"),
    path("feeds/updated.atom", feed_views.updated, name="updated"),
    path("feeds/search.atom", feed_views.of_search, name="of-search"),
    path("feeds/types/<path>.atom", feed_views.of_type, name="of-type"),
    path("feeds/tags/<slug:slug>.atom", feed_views.of_tag, name="of-tag"),
    path("feeds/people/<username>.atom", feed_views.of_author, name="of-author"),
    path("feeds/extensions/<extension_id>.atom", feed_views.of_extension, name="of-extension"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    re_path(
        r"^sitemap-(?P<name>pages|(?:extensions|people)-[1-9][0-9]{0,4})\.xml$",
        sitemap.file,
        name="sitemap-file",
    ),
    path("cards/<extension_id>.png", cards.newest_card, name="newest-card"),
    re_path(
        r"^cards/(?P<extension_id>[^/]+)/(?P<digest>[0-9a-f]{32})\.png$", cards.card, name="card"
    ),
    path("badges/<extension_id>/<kind>.svg", badges.badge, name="badge"),
    path("mine/<extension_id>/badges/", badges.page, name="badges"),
]
