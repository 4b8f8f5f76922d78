"""The listing and the packages of private addresses, as Blender requests them: without a session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from extery.core.errors import Corrupt, NotFound
from extery_site.files import serving
from extery_site.moderation.try_addresses import find_address, listing_of, packages_of
from extery_site.ui.addresses import base_url

#: Nothing of a private address is kept by caches or search engines, or sent on as a referrer.
PRIVATE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@require_safe
def listing(request: HttpRequest, token: str) -> HttpResponse:
    """Return the listing of a private address."""
    body = listing_of(find_address(token), base_url=base_url(request))
    return HttpResponse(body, headers={**PRIVATE_HEADERS, "Content-Type": "application/json"})


@require_safe
def package(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """Send a package of a private address; it is no download that counts."""
    packages = {package.file_name: package for package in packages_of(find_address(token))}
    found = packages.get(name)
    if found is None:
        raise NotFound.of("review.try-ended")
    try:
        response = serving.send(request, found.file.name, size=found.size)
    except (FileNotFoundError, serving.DamagedFile) as error:
        raise Corrupt.of("download.file-missing", package=found.file_name) from error
    headers = {
        **PRIVATE_HEADERS,
        "Content-Type": "application/zip",
        "Content-Disposition": str(content_disposition_header(True, found.file_name)),
    }
    for key, value in headers.items():
        response.headers[key] = value
    return response
