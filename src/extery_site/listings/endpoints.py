"""The listing as an endpoint of the API, mainly for its documentation.

`ListingMiddleware` answers most requests before Django.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Field, P, QueryEx, Router, Schema

from extery.listing.all_versions import TEMPLATE
from extery_site.catalog.models import Channel
from extery_site.listings.extension_listing import extension_listing
from extery_site.listings.middleware import read_system, respond, response_of
from extery_site.ui.addresses import base_url

router = Router(tags=["listing"])


class Entry(Schema):
    """One package, with the keys that Blender reads; keys without a value are left out."""

    schema_version: str
    id: str
    name: str
    tagline: str
    version: str
    type: str
    maintainer: str
    license: list[str]
    blender_version_min: str
    blender_version_max: str | None = None
    website: str | None = None
    copyright: list[str] | None = None
    permissions: dict[str, str] | None = None
    tags: list[str] | None = None
    platforms: list[str] | None = None
    python_versions: list[str] | None = None
    archive_url: str
    archive_size: int
    archive_hash: str


class Block(Schema):
    """An extension that must not be used, and why."""

    id: str
    reason: str


class ExtensionListing(Schema):
    """The published versions of one extension."""

    version: str = Field(examples=["v1"])
    blocklist: list[Block]
    data: list[Entry]


class Listing(ExtensionListing):
    """What a stock Blender subscribes to; ``all_versions`` is where each extension has an `ExtensionListing`."""

    all_versions: str = Field(examples=[TEMPLATE])


@router.get("/extensions/", response=Listing, auth=None, url_name="listing", exclude_none=True)
def listing(
    request: HttpRequest,
    blender_version: QueryEx[str, P(description="Blender version, for example 4.2.3")] = "",
    platform: QueryEx[str, P(description="Platform, for example linux-x64")] = "",
    python_version: QueryEx[str, P(description="Python version, for example 3.11.7")] = "",
    api_version_max: QueryEx[str, P(description="Newest format that the client reads")] = "",  # noqa: ARG001  there is one so far
) -> HttpResponse:
    """The newest compatible version of each extension.

    Each parameter leaves out packages that are not compatible with it. Without parameters, the newest
    version of each is listed, for all platforms. Asset libraries are listed only for a
    `blender_version` of 5.3 or newer: Blender before 5.1 refuses a listing with a type that it does
    not know. Blender sends `blender_version`, `platform` and
    `python_version`. Responses have an `ETag`.
    """
    return _listing(request, Channel.STABLE, blender_version, platform, python_version)


@router.get(
    "/channels/beta/extensions/",
    response=Listing,
    auth=None,
    url_name="beta_listing",
    exclude_none=True,
)
def beta_listing(
    request: HttpRequest,
    blender_version: QueryEx[str, P(description="Blender version, for example 4.2.3")] = "",
    platform: QueryEx[str, P(description="Platform, for example linux-x64")] = "",
    python_version: QueryEx[str, P(description="Python version, for example 3.11.7")] = "",
    api_version_max: QueryEx[str, P(description="Newest format that the client reads")] = "",  # noqa: ARG001  there is one so far
) -> HttpResponse:
    """The newest compatible version of each extension, beta versions included.

    The same as the listing of stable versions otherwise: a stable version that is newer than the beta versions comes
    here too.
    """
    return _listing(request, Channel.BETA, blender_version, platform, python_version)


def _listing(
    request: HttpRequest, channel: str, blender_version: str, platform: str, python_version: str
) -> HttpResponse:
    query = {
        "blender_version": blender_version,
        "platform": platform,
        "python_version": python_version,
    }
    reply = respond(
        read_system(query),
        base_url(request),
        channel=channel,
        if_none_match=request.headers.get("If-None-Match", ""),
        accept_encoding=request.headers.get("Accept-Encoding", ""),
    )
    return response_of(reply)


@router.get(
    "/extensions/{extension_id}/listing/",
    response=ExtensionListing,
    auth=None,
    url_name="extension_listing",
    exclude_none=True,
)
def all_versions(request: HttpRequest, extension_id: str) -> HttpResponse:
    """All stable versions of one extension, as a listing: the newest version first, for all systems.

    The listing of the site has the newest version for each system only. Clients find this address in its
    `all_versions`: a path relative to the listing, with `{id}` for the id of the extension. The blocklist has the
    extension if it is blocked. Responses have an `ETag`.
    """
    return extension_listing(request, extension_id)


@router.get(
    "/channels/beta/extensions/{extension_id}/listing/",
    response=ExtensionListing,
    auth=None,
    url_name="beta_extension_listing",
    exclude_none=True,
)
def all_beta_versions(request: HttpRequest, extension_id: str) -> HttpResponse:
    """All published versions of one extension as a listing, beta versions included."""
    return extension_listing(request, extension_id, Channel.BETA)
