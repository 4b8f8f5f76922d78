"""Publishing through the API: upload a package, then send its version to review."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from django.urls import reverse
from ninja import File, Form, Router, Schema, UploadedFile

from extery.core.errors import InvalidInput, Where
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Version
from extery_site.catalog.schemas import VersionOut
from extery_site.publish import actions
from extery_site.ui.addresses import absolute

router = Router(tags=["publishing"])


class MissingOut(Schema):
    """Something the draft still needs."""

    code: str
    message: str


class DraftOut(Schema):
    """What became of an upload, what was doubtful about it, and what it still needs."""

    id: str
    version: VersionOut
    sha256: str
    problems: list[dict[str, Any]]
    missing: list[MissingOut]
    url: str


@router.post("/packages/", response={201: DraftOut})
def upload(
    request: HttpRequest,
    file: File[UploadedFile | None] = None,
    release_notes: Form[str] = "",
) -> DraftOut:
    """Upload the zip of an extension.

    It becomes a draft: of a new extension, of a new version, or one more platform of a version
    that is a draft. If anything is wrong with it, all problems are listed and nothing is kept.
    """
    if file is None:
        raise InvalidInput.of(
            "upload.no-file",
            "the upload has no file",
            hint="send the zip as multipart/form-data in the field 'file'",
            where=Where(path=("file",)),
        )
    draft = actions.receive_upload(
        file=cast("BinaryIO", file),
        name=file.name or "",
        user=request.user,
        release_notes=release_notes,
    )
    extension, version = draft.extension, draft.version
    page = reverse("publish:draft", args=[extension.extension_id])
    return DraftOut(
        id=extension.extension_id,
        version=VersionOut.of(version, request),
        sha256=draft.package.sha256,
        problems=[problem.as_dict() for problem in draft.problems],
        missing=[
            MissingOut(code=code, message=sentence)
            for code, sentence in actions.missing_for_submission(extension, version)
        ],
        url=absolute(request, page),
    )


@router.post("/extensions/{extension_id}/versions/{number}/submit", response=VersionOut)
def submit(request: HttpRequest, extension_id: str, number: str) -> VersionOut:
    """Send a complete draft to the queue."""
    version = _version(request, extension_id, number)
    return VersionOut.of(actions.submit(version=version, by=request.user), request)


@router.post("/extensions/{extension_id}/versions/{number}/withdraw", response=VersionOut)
def withdraw(request: HttpRequest, extension_id: str, number: str) -> VersionOut:
    """Take a version out of the queue."""
    version = _version(request, extension_id, number)
    return VersionOut.of(actions.withdraw(version=version, by=request.user), request)


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    extension = visible_extension(extension_id, request.user)
    return visible_version(extension, number, request.user)
