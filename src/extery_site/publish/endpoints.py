"""API endpoints for publishing: upload a package, submit and withdraw a version."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from django.urls import reverse
from ninja import File, Form, Router, Schema, UploadedFile

from extery.core.errors import InvalidInput, Where
from extery.rules.blender_verdicts import verdicts_as_dict
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Version
from extery_site.catalog.schemas import SimilarNameOut, VersionOut
from extery_site.catalog.similar_names import find_similar_public
from extery_site.publish import actions
from extery_site.publish.completeness import submit_state
from extery_site.quotas.client_address import client_address
from extery_site.ui.addresses import absolute

router = Router(tags=["publishing"])


class MissingOut(Schema):
    """A missing part of a draft, and the page on which it can be added."""

    code: str
    message: str
    hint: str
    field: str
    url: str

    @classmethod
    def all_of(cls, version: Version, request: HttpRequest) -> list[MissingOut]:
        """Return everything that is missing before the version can be submitted."""
        return [
            cls(
                code=item.code,
                message=item.text,
                hint=item.cure,
                field=item.field,
                url=absolute(request, item.url),
            )
            for item in submit_state(version.extension, version).missing
        ]


class VerdictOut(Schema):
    """Whether a Blender accepts the package, and the codes of the problems for which it does not."""

    accepts: bool
    codes: list[str]


class DraftOut(Schema):
    """The draft of an upload, warnings about the package, the verdict of each Blender, and what is missing.

    The draft is deleted after ``expires_at`` unless it is submitted. ``replaced`` are the names of the packages that
    the upload replaces. ``similar`` are public extensions of other owners with an id or name like that of a new extension.
    """

    id: str
    version: VersionOut
    sha256: str
    replaced: list[str]
    problems: list[dict[str, Any]]
    verdicts: dict[str, VerdictOut]
    missing: list[MissingOut]
    similar: list[SimilarNameOut]
    expires_at: datetime | None
    url: str


@router.post("/packages/", response={201: DraftOut})
def upload(
    request: HttpRequest,
    file: File[UploadedFile | None] = None,
    release_notes: Form[str] = "",
) -> DraftOut:
    """Upload a package.

    It becomes a draft of a new extension or version, adds a platform to an existing draft, or replaces its packages for
    the same platforms.
    If the package has errors, the response lists all of them and nothing is stored.
    """
    if file is None:
        raise InvalidInput.of("upload.no-file", where=Where(path=("file",)))
    result = actions.receive_upload(
        file=cast("BinaryIO", file),
        name=file.name or "",
        user=request.user,
        release_notes=release_notes,
        address=client_address(request),
    )
    extension, version = result.extension, result.version
    page = reverse("publish:draft", args=[extension.extension_id])
    return DraftOut(
        id=extension.extension_id,
        version=VersionOut.of(version, request),
        sha256=result.package.sha256,
        replaced=list(result.replaced),
        problems=[problem.as_dict() for problem in result.problems],
        verdicts=verdicts_as_dict(result.refusals),
        missing=MissingOut.all_of(version, request),
        similar=[SimilarNameOut.of(one) for one in find_similar_public(extension)],
        expires_at=version.expires_at,
        url=absolute(request, page),
    )


@router.get("/extensions/{extension_id}/versions/{number}/missing", response=list[MissingOut])
def missing(request: HttpRequest, extension_id: str, number: str) -> list[MissingOut]:
    """What is missing before a version can be submitted; an empty list if it is complete."""
    return MissingOut.all_of(_version(request, extension_id, number), request)


@router.post("/extensions/{extension_id}/versions/{number}/submit", response=VersionOut)
def submit(request: HttpRequest, extension_id: str, number: str) -> VersionOut:
    """Submit a complete draft for review."""
    version = _version(request, extension_id, number)
    address = client_address(request)
    return VersionOut.of(actions.submit(version=version, by=request.user, address=address), request)


@router.post("/extensions/{extension_id}/versions/{number}/withdraw", response=VersionOut)
def withdraw(request: HttpRequest, extension_id: str, number: str) -> VersionOut:
    """Withdraw a version that is not public yet; it can be edited and submitted again."""
    version = _version(request, extension_id, number)
    return VersionOut.of(actions.withdraw(version=version, by=request.user), request)


class UnpublishIn(Schema):
    """Why a version is unpublished; everyone can read it."""

    reason: str = ""


@router.post("/extensions/{extension_id}/versions/{number}/unpublish", response=VersionOut)
def unpublish(
    request: HttpRequest, extension_id: str, number: str, body: UnpublishIn
) -> VersionOut:
    """Unpublish a public version: it leaves listings, pages and downloads."""
    version = _version(request, extension_id, number)
    done = actions.unpublish(version=version, by=request.user, reason=body.reason)
    return VersionOut.of(done, request)


@router.post("/extensions/{extension_id}/versions/{number}/republish", response=VersionOut)
def republish(request: HttpRequest, extension_id: str, number: str) -> VersionOut:
    """Publish a version again that was unpublished."""
    version = _version(request, extension_id, number)
    return VersionOut.of(actions.republish(version=version, by=request.user), request)


class ChannelIn(Schema):
    """Who is offered a version: `stable` for everyone, `beta` for those who ask for it."""

    channel: str


@router.post("/extensions/{extension_id}/versions/{number}/channel", response=VersionOut)
def set_channel(
    request: HttpRequest, extension_id: str, number: str, body: ChannelIn
) -> VersionOut:
    """Set the channel of a draft."""
    version = _version(request, extension_id, number)
    actions.update_draft(
        extension=version.extension, version=version, by=request.user, channel=body.channel
    )
    version.refresh_from_db()
    return VersionOut.of(version, request)


@router.post("/extensions/{extension_id}/versions/{number}/promote", response=VersionOut)
def promote(request: HttpRequest, extension_id: str, number: str) -> VersionOut:
    """Make a public beta version stable, without a new package or another review."""
    version = _version(request, extension_id, number)
    return VersionOut.of(actions.promote(version=version, by=request.user), request)


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    extension = visible_extension(extension_id, request.user)
    return visible_version(extension, number, request.user)
