"""Where a repository has all versions of an extension is a path below the folder of its listing."""

from __future__ import annotations

import pytest

from extery.fetch import resolve_archive_url
from extery.listing.all_versions import FIELD, STATIC_TEMPLATE, TEMPLATE, all_versions_url


def test_the_address_of_the_website_is_beside_its_listing() -> None:
    path = all_versions_url({FIELD: TEMPLATE}, "gear_tool")
    listing = "https://example.org/api/v1/extensions/"
    assert resolve_archive_url(listing, path) == f"{listing}gear_tool/listing/"


@pytest.mark.parametrize(
    "template", ["./versions/{id}.json", "./{id}", "./a-b/{id}/all/", STATIC_TEMPLATE, "./all/"]
)
def test_other_paths_below_the_folder_are_accepted(template: str) -> None:
    expected = template.replace("{id}", "gear_tool")
    assert all_versions_url({FIELD: template}, "gear_tool") == expected


@pytest.mark.parametrize(
    "template",
    [
        None,
        7,
        ["./{id}/"],
        "",
        "./",
        "{id}/listing/",
        "/{id}/",
        "//example.net/{id}/",
        "https://example.net/{id}/",
        "file:///etc/{id}",
        "./../{id}/",
        "./{id}/../../",
        "./{id}/.hidden",
        ".//{id}/",
        "./{id}/{id}/",
        "./{id}?x=1",
        "./{id}#x",
        "./%2e%2e/{id}/",
        "./{id}@example.net/",
        "./{id}\\x",
        "./{id}/\n",
        "./" + "a" * 200 + "/{id}/",
    ],
)
def test_anything_else_is_ignored(template: object) -> None:
    assert all_versions_url({FIELD: template}, "gear_tool") == ""
    assert all_versions_url({}, "gear_tool") == ""
