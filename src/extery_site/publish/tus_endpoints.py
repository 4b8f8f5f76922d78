"""API endpoints of uploads in chunks: the tus protocol 1.0.0, and the check of a complete file.

A client announces a file (creation), sends its bytes in order (``PATCH``), asks after a lost connection how many
arrived (``HEAD``), and then asks for the check.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from ninja import Router, Schema

from extery.core.errors import InvalidInput
from extery_site.accounts.permissions import require_user
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Version
from extery_site.publish import replacement, uploads
from extery_site.publish.addresses import draft_url
from extery_site.publish.models import PackageUpload
from extery_site.quotas.client_address import client_address
from extery_site.ui.addresses import absolute

router = Router(tags=["uploads in chunks"])

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
CHUNK_TYPE = "application/offset+octet-stream"
_NUMBER = re.compile(r"[0-9]{1,18}")
#: Characters of the header with the name of the file and more.
_MAX_METADATA = 8000


class UploadOut(Schema):
    """A file that is sent in chunks, and what became of it."""

    key: str
    name: str
    size: int
    received: int
    state: str
    id: str | None
    version: str | None
    sha256: str | None
    problems: list[dict[str, Any]]
    expires_at: datetime
    url: str | None

    @classmethod
    def of(cls, upload: PackageUpload, request: HttpRequest) -> UploadOut:
        """Return what the API says about an upload."""
        version = upload.version
        return cls(
            key=upload.key,
            name=upload.name,
            size=upload.size,
            received=upload.received,
            state=upload.state,
            id=version.extension.extension_id if version else None,
            version=version.number if version else None,
            sha256=upload.package.sha256 if upload.package else None,
            problems=upload.problems,
            expires_at=upload.expires_at,
            url=absolute(request, draft_url(version)) if version else None,
        )


@router.post("/uploads/", response={201: None})
def start(request: HttpRequest, response: HttpResponse) -> None:
    """Announce a file: its size in `Upload-Length`, its name and more in `Upload-Metadata`.

    Metadata: `filename`; `extension` and `version` of the draft that it is for, if it is known; `batch`, up to 32
    hexadecimal digits, which files have in common that are published together; `sha256` of the file; `replaces`, the key
    of an upload in whose place it comes. The header `Location` of the answer is where the chunks are sent to.
    """
    _require_tus(request)
    size = _number(request, "Upload-Length")
    given = _metadata(request)
    upload = uploads.start_upload(
        by=require_user(request.user),
        name=given.get("filename", ""),
        size=size,
        version=_version(request, given),
        batch=given.get("batch", ""),
        sha256=given.get("sha256", "").lower(),
        replaces=given.get("replaces", ""),
    )
    _headers(response, upload)
    response["Location"] = absolute(request, f"/api/v1/uploads/{upload.key}")


@router.get("/uploads/{key}", response=UploadOut)
def read(request: HttpRequest, key: str) -> UploadOut:
    """What has arrived of a file, and what became of it."""
    return UploadOut.of(uploads.find_upload(by=request.user, key=key), request)


@router.api_operation(["HEAD"], "/uploads/{key}", response={200: None})
def offset(request: HttpRequest, response: HttpResponse, key: str) -> None:
    """How many bytes have arrived: `Upload-Offset`."""
    upload = uploads.find_upload(by=request.user, key=key)
    _headers(response, upload)
    response["Upload-Length"] = str(upload.size)
    response["Cache-Control"] = "no-store"


@router.patch("/uploads/{key}", response={204: None})
def add_chunk(request: HttpRequest, response: HttpResponse, key: str) -> None:
    """Send the next bytes, which begin at `Upload-Offset`; `Upload-Checksum` is that of the chunk (`sha256`).

    A chunk that does not arrive completely is not stored. After a status 409, `HEAD` says where to go on.
    """
    _require_tus(request)
    if request.headers.get("Content-Type", "") != CHUNK_TYPE:
        raise InvalidInput.of("transfer.bad-header", header="Content-Type")
    upload = uploads.receive_chunk(
        upload=uploads.find_upload(by=request.user, key=key),
        offset=_number(request, "Upload-Offset"),
        source=cast("BinaryIO", request),
        sha256=_checksum(request),
    )
    _headers(response, upload)


@router.delete("/uploads/{key}", response={204: None})
def stop(request: HttpRequest, response: HttpResponse, key: str) -> None:
    """Stop an upload, or remove a file that was refused."""
    uploads.remove_upload(upload=uploads.find_upload(by=request.user, key=key), by=request.user)
    response["Tus-Resumable"] = VERSION


@router.post("/uploads/{key}/check", response=UploadOut)
def check(request: HttpRequest, key: str) -> UploadOut:
    """Check a complete file.

    It becomes a package of its version (`stored`), or it is `refused` with `problems` and holds its version until it is
    replaced or removed, or it is `not_taken`, for what is no package or known already.
    """
    upload = uploads.find_upload(by=request.user, key=key)
    address = client_address(request)
    return UploadOut.of(
        uploads.check_upload(upload=upload, by=request.user, address=address), request
    )


@router.get("/extensions/{extension_id}/versions/{number}/uploads/", response=list[UploadOut])
def of_version(request: HttpRequest, extension_id: str, number: str) -> list[UploadOut]:
    """The files for which a version waits: its packages are published together, or not at all."""
    version = visible_version(visible_extension(extension_id, request.user), number, request.user)
    rows = version.uploads.holding().filter(owner=require_user(request.user))
    return [UploadOut.of(row, request) for row in rows.select_related("version__extension")]


@router.delete(
    "/extensions/{extension_id}/versions/{number}/packages/{sha256}", response={204: None}
)
def remove_package(request: HttpRequest, extension_id: str, number: str, sha256: str) -> None:
    """Remove a package from a draft."""
    version = visible_version(visible_extension(extension_id, request.user), number, request.user)
    replacement.remove_package(version=version, sha256=sha256, by=request.user)


def _headers(response: HttpResponse, upload: PackageUpload) -> None:
    response["Tus-Resumable"] = VERSION
    response["Upload-Offset"] = str(upload.received)
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())


def _require_tus(request: HttpRequest) -> None:
    """Raise `InvalidInput` for another version of the protocol."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise InvalidInput.of("transfer.bad-header", header="Tus-Resumable")


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not _NUMBER.fullmatch(text):
        raise InvalidInput.of("transfer.bad-header", header=header)
    return int(text)


def _metadata(request: HttpRequest) -> dict[str, str]:
    """Return the pairs of ``Upload-Metadata``: names and base64, separated by commas."""
    text = request.headers.get("Upload-Metadata", "")
    if len(text) > _MAX_METADATA:
        raise InvalidInput.of("transfer.bad-header", header="Upload-Metadata")
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise InvalidInput.of("transfer.bad-header", header="Upload-Metadata") from None
    return found


def _checksum(request: HttpRequest) -> bytes | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm != "sha256" or len(digest) != 32:
        raise InvalidInput.of("transfer.bad-header", header="Upload-Checksum")
    return digest


def _version(request: HttpRequest, given: dict[str, str]) -> Version | None:
    if not given.get("extension"):
        return None
    extension = visible_extension(given["extension"], request.user)
    return visible_version(extension, given.get("version", ""), request.user)
