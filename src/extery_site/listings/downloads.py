"""Downloads of packages by hash: permission, ranges, and the download count."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from extery.core.errors import Corrupt, NotFound
from extery_site.catalog.models import Package
from extery_site.files import serving
from extery_site.listings.access import check_allowed
from extery_site.listings.download_counts import DOWNLOADS
from extery_site.quotas.client_address import client_address


@require_safe
def download(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    """Send the package with this hash; redirects from any other file name to its own."""
    package = (
        Package.objects.select_related("file", "version__extension__owner")
        .filter(sha256=sha256)
        .first()
    )
    if package is None:
        raise NotFound.of("download.not-found", sha256=sha256)
    is_public = check_allowed(package, request)
    if name != package.file_name:
        return redirect(package.download_path)
    etag = f'"{sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": serving.cache_control(is_public=is_public),
        "Content-Type": "application/zip",
        # The saved file is named after the extension, not after its hash.
        "Content-Disposition": str(content_disposition_header(True, package.file_name)),
    }
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    return _send(request, package, headers)


def _send(request: HttpRequest, package: Package, headers: dict[str, str]) -> HttpResponseBase:
    size = package.size
    part = serving.requested_part(request, headers["ETag"], size)
    if part is not None and part.start >= size:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    try:
        response = serving.send(request, package.file.name, size=size, part=part)
    except FileNotFoundError as error:
        raise Corrupt.of("download.file-missing", package=package.file_name) from error
    except serving.DamagedFile as error:
        raise Corrupt.of("download.file-damaged", package=package.file_name) from error
    if request.method == "GET" and (part is None or part == range(size)):
        agent = request.headers.get("User-Agent", "")
        DOWNLOADS.add(package.pk, client=client_address(request), user_agent=agent)
    for name, value in headers.items():
        response.headers[name] = value
    return response
