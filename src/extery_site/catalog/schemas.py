"""API schemas of extensions, versions and packages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema

from extery_site.catalog.models import Extension, Package, RemoteLibrary, Version
from extery_site.catalog.similar_names import Difference, SimilarName
from extery_site.ui.addresses import absolute

#: Matches of rules that a site may keep to itself; the API of the review has them.
_FOR_REVIEW = frozenset({"scan.rule-quarantine", "scan.rule-review", "scan.rule-inform"})


class PackageOut(Schema):
    """A package (zip) of a version."""

    sha256: str
    size: int
    platforms: list[str]
    python_versions: list[str]
    downloads: int
    archive_url: str
    drag_url: str
    problems: list[dict[str, Any]]

    @classmethod
    def of(cls, package: Package, request: HttpRequest) -> PackageOut:
        return cls(
            sha256=package.sha256,
            size=package.size,
            platforms=package.platforms,
            python_versions=package.python_versions,
            downloads=package.download_count,
            archive_url=absolute(request, package.download_path),
            drag_url=package.drag_url(request),
            problems=[one for one in package.problems if one["code"] not in _FOR_REVIEW],
        )


class LibraryAuthOut(Schema):
    """How clients identify themselves to a remote library."""

    required: bool
    auth_method: str


class RemoteLibraryOut(Schema):
    """The server that Blender contacts for the assets of an asset library."""

    remote_url: str
    host: str
    auth: LibraryAuthOut | None

    @classmethod
    def of(cls, library: RemoteLibrary | None) -> RemoteLibraryOut | None:
        if library is None:
            return None
        auth = LibraryAuthOut(required=library.auth_required, auth_method=library.auth_method)
        return cls(
            remote_url=library.url, host=library.host, auth=auth if library.auth_method else None
        )


class VersionOut(Schema):
    """A version and its packages."""

    version: str
    status: str
    channel: str = Field(
        description="`stable`, or `beta`: only the listing of beta versions has it."
    )
    release_notes: str
    blender_version_min: str
    blender_version_max: str | None
    license: list[str]
    permissions: dict[str, str]
    asset_library: RemoteLibraryOut | None
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    public_at: datetime | None
    is_unreviewed: bool = Field(
        description="Whether it is public, or will be, because of its low risk, without a moderator."
    )
    held_until: date | None
    block_reason: str
    packages: list[PackageOut]

    @classmethod
    def of(cls, version: Version, request: HttpRequest) -> VersionOut:
        return cls(
            version=version.number,
            status=version.status,
            channel=version.channel,
            release_notes=version.release_notes,
            blender_version_min=version.blender_min_text,
            blender_version_max=version.blender_max_text,
            license=version.license,
            permissions=version.permissions,
            asset_library=RemoteLibraryOut.of(version.remote_library),
            created_at=version.created_at,
            submitted_at=version.submitted_at,
            approved_at=version.approved_at,
            public_at=version.public_at,
            is_unreviewed=version.is_unreviewed,
            held_until=version.held_until,
            block_reason=version.block_reason,
            packages=[PackageOut.of(package, request) for package in version.packages.all()],
        )


class PersonOut(Schema):
    """The owner of an extension."""

    username: str
    name: str


class ImageOut(Schema):
    """URLs of an image in two sizes, and its alt text."""

    small: str
    large: str
    width: int
    height: int
    alt_text: str


class ExtensionOut(Schema):
    """An extension with its versions."""

    id: str
    type: str
    name: str
    tagline: str
    description: str
    website: str
    support_url: str
    status: str
    block_reason: str
    unlisted: bool
    deprecated: bool
    deprecation_note: str
    replacement: str | None
    delete_at: datetime | None
    owner: PersonOut
    tags: list[str]
    image: ImageOut | None
    downloads: int
    ratings: int
    rating_average: float | None
    url: str
    newest_version: str | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    versions: list[VersionOut]

    @classmethod
    def of(
        cls, extension: Extension, versions: list[Version], request: HttpRequest
    ) -> ExtensionOut:
        newest = extension.newest_version
        return cls(
            id=extension.extension_id,
            type=extension.type,
            name=extension.name,
            tagline=extension.tagline,
            description=extension.description,
            website=extension.website,
            support_url=extension.support_url,
            status=extension.status,
            block_reason=extension.block_reason,
            unlisted=extension.is_unlisted,
            deprecated=extension.is_deprecated,
            deprecation_note=extension.deprecation_note,
            replacement=_public_id(extension.replacement),
            delete_at=extension.delete_at,
            owner=PersonOut(username=extension.owner.username, name=extension.owner.display_name),
            tags=[tag.name for tag in extension.tags.all()],
            image=_image(extension, request),
            downloads=extension.download_count,
            ratings=extension.rating_count,
            rating_average=extension.rating_score,
            url=absolute(request, extension.get_absolute_url()),
            newest_version=newest.number if newest else None,
            created_at=extension.created_at,
            updated_at=extension.updated_at,
            published_at=extension.published_at,
            versions=[VersionOut.of(version, request) for version in versions],
        )


def _public_id(extension: Extension | None) -> str | None:
    return extension.extension_id if extension is not None and extension.is_public else None


def _image(extension: Extension, request: HttpRequest) -> ImageOut | None:
    image = extension.image
    if image is None:
        return None
    return ImageOut(
        small=absolute(request, image.small_url),
        large=absolute(request, image.large_url),
        width=image.width,
        height=image.height,
        alt_text=image.alt_text,
    )


class SimilarNameOut(Schema):
    """An extension of another owner whose id or name people may confuse with that of an extension."""

    extension: str = Field(description="Its id.")
    name: str
    owner: str
    field: Literal["id", "name"] = Field(description="Which of the two is similar.")
    difference: Difference = Field(
        description="``none`` beside case, separators and letters that look alike; one ``edit``; or a ``word`` such as pro."
    )

    @classmethod
    def of(cls, similar: SimilarName) -> SimilarNameOut:
        return cls(
            extension=similar.extension.extension_id,
            name=similar.extension.name,
            owner=similar.extension.owner.username,
            field="id" if similar.is_id else "name",
            difference=similar.difference,
        )
