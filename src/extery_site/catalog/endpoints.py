"""API endpoint for reading an extension."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from extery.core.errors import NotFound
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.accounts.permissions import AnyUser, may_moderate
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.schemas import ExtensionOut

router = Router(tags=["extensions"])


def visible_extension(extension_id: str, user: AnyUser) -> Extension:
    """Return an extension that ``user`` may see; raises `NotFound`."""
    extension = Extension.objects.visible_to(user).with_related().with_id(extension_id).first()
    if extension is None:
        raise NotFound.of("request.not-found", variant="extension", id=extension_id)
    return extension


def visible_version(extension: Extension, number: str, user: AnyUser) -> Version:
    """Return a version that ``user`` may see; raises `NotFound`."""
    for version in visible_versions(extension, user):
        if version.number == number:
            return version
    raise NotFound.of(
        "request.not-found", variant="version", id=extension.extension_id, version=number
    )


def visible_versions(extension: Extension, user: AnyUser) -> list[Version]:
    """Return the approved versions; for the owner and moderators, all versions. Newest first."""
    versions = extension.versions.with_packages().newest_first()
    if not (extension.is_owned_by(user) or may_moderate(user)):
        versions = versions.approved()
    visible = list(versions)
    for version in visible:
        version.extension = extension
        for package in version.packages.all():
            package.version = version
    return visible


@router.get("/extensions/{extension_id}/", response=ExtensionOut, auth=OPTIONAL_AUTH)
def extension(request: HttpRequest, extension_id: str) -> ExtensionOut:
    """Return an extension with its versions; drafts are visible to their owner and moderators."""
    extension = visible_extension(extension_id, request.user)
    return ExtensionOut.of(extension, visible_versions(extension, request.user), request)
