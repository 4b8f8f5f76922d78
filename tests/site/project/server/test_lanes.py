"""The lanes of the site's requests in the embedded server."""

from __future__ import annotations

import pytest

from extery_site.project.commands.serve import lane_of
from extery_site.project.http_server.scheduling import Lane

LISTING = "/api/v1/extensions/"


@pytest.mark.parametrize(
    ("method", "path", "query", "lane"),
    [
        ("GET", LISTING, "", Lane.LISTING),
        ("HEAD", LISTING, "", Lane.LISTING),
        ("GET", LISTING, "platform=linux-x64&blender_version=5.3.0", Lane.LISTING),
        ("GET", LISTING, "other=1", Lane.LISTING),
        # Django answers these, which takes as long as a page.
        ("GET", LISTING, "platform=x", Lane.PAGES),
        ("GET", LISTING, "blender_version=new", Lane.PAGES),
        ("GET", LISTING, "&" * 200, Lane.PAGES),
        ("GET", LISTING, "x" * 1000, Lane.PAGES),
        ("GET", f"{LISTING}gear_tool/", "", Lane.PAGES),
        ("GET", "/", "", Lane.PAGES),
        ("GET", "/static/site.css", "", Lane.FILES),
        ("GET", "/media/images/aa/a.webp", "", Lane.FILES),
        ("GET", "/download/sha256:a/a.zip", "", Lane.FILES),
        ("POST", LISTING, "", Lane.CHANGES),
        ("POST", "/account/login/", "", Lane.CHANGES),
        ("BREW", "/", "", Lane.CHANGES),
    ],
)
def test_a_request_has_the_lane_of_what_it_costs(
    method: str, path: str, query: str, lane: Lane
) -> None:
    assert lane_of(method, path, query) is lane
