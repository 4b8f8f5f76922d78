"""Reading the catalogue through the API."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from extery.core.errors import NotFound
from extery_site.accounts.auth import ANYONE
from extery_site.accounts.permissions import AnyUser, may_moderate
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.schemas import ExtensionOut

router = Router(tags=["extensions"])


def visible_extension(extension_id: str, user: AnyUser) -> Extension:
    """The extension with this id, if this person may see it; raises `NotFound` if not."""
    found = Extension.objects.visible_to(user).with_everything().with_id(extension_id).first()
    if found is None:
        raise NotFound.of(
            "request.not-found",
            f"there is no extension {extension_id}",
            hint="search for its name, the id may be another one",
        )
    return found


def visible_version(extension: Extension, number: str, user: AnyUser) -> Version:
    """The version with this number, if this person may see it; raises `NotFound` if not."""
    for version in visible_versions(extension, user):
        if version.number == number:
            return version
    raise NotFound.of("request.not-found", f"{extension.extension_id} has no version {number}")


def visible_versions(extension: Extension, user: AnyUser) -> list[Version]:
    """The approved versions; for the owner and moderators all of them. The newest is first."""
    versions = extension.versions.with_packages().newest_first()
    if not (extension.is_owned_by(user) or may_moderate(user)):
        versions = versions.approved()
    found = list(versions)
    for version in found:
        version.extension = extension
        for package in version.packages.all():
            package.version = version
    return found


@router.get("/extensions/{extension_id}/", response=ExtensionOut, auth=ANYONE)
def extension(request: HttpRequest, extension_id: str) -> ExtensionOut:
    """One extension with its versions; drafts are shown to their owner and to moderators."""
    found = visible_extension(extension_id, request.user)
    return ExtensionOut.of(found, visible_versions(found, request.user), request)
