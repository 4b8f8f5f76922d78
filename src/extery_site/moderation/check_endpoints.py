"""API endpoints of the checks of packages: what each found, and the release of a package from quarantine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Field, Router, Schema

from extery.core.errors import NotFound, Refused
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.accounts.permissions import may_moderate, require_moderator
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.schemas import SimilarNameOut
from extery_site.catalog.similar_names import find_similar
from extery_site.moderation import queues
from extery_site.moderation.review_context import may_read_code
from extery_site.scanning.bills import package_sbom
from extery_site.scanning.near_duplicates import NearDuplicate, find_near_duplicates
from extery_site.scanning.releases import release_package
from extery_site.scanning.rows import PackageRow, StepRow, VersionChecks, checks_of

router = Router(tags=["moderation"])
_VERSION = "/extensions/{extension_id}/versions/{number}"


class RuleFileOut(Schema):
    """A file in a package that a YARA rule matches, and the names of the strings that were found."""

    path: str
    strings: list[str]


class RuleMatchOut(Schema):
    """A YARA rule of the site that matches files of a package."""

    rule: str
    action: str = Field(description="quarantine, review or inform.")
    number: int = Field(description="Of files; files has the first.")
    files: list[RuleFileOut]


class StepOut(Schema):
    """A check of a package. Without a result, it is made later."""

    name: str = Field(description="Such as malware or rules.")
    outcome: str = Field(
        description="passed, findings, infected, not_scanned, skipped, failed, unavailable or waiting."
    )
    is_required: bool = Field(description="Whether no version is published before it.")
    version: str = Field(description="Of the rules, signatures or data; empty without a result.")
    signature: str = Field(description="The name of the malware that was found, or empty.")
    note: str = Field(description="Why there is no result, or no newer one.")
    started_at: datetime | None
    seconds: float | None
    attempts: int = Field(description="Runs in a row that had no result.")
    rule_matches: list[RuleMatchOut] = Field(
        description="YARA rules that match; for moderators, and empty for others."
    )

    @classmethod
    def of(cls, row: StepRow, *, with_matches: bool) -> StepOut:
        result = row.result
        return cls(
            name=row.name,
            outcome=row.outcome,
            is_required=row.is_required,
            version=result.version if result else "",
            signature=result.signature if result else "",
            note=result.note if result else "",
            started_at=result.started_at if result else None,
            seconds=result.seconds if result else None,
            attempts=result.attempts if result else 0,
            rule_matches=[RuleMatchOut(**one) for one in row.rule_matches if with_matches],
        )


class PackageChecksOut(Schema):
    """The checks of a package."""

    sha256: str
    name: str = Field(description="The file name of the upload.")
    state: str = Field(
        description="received, checking, needs_author, needs_moderator, passed, rejected or unavailable."
    )
    is_quarantined: bool = Field(description="Whether it cannot be downloaded, by any user.")
    next_at: datetime | None = Field(description="When checks without a result are tried again.")
    steps: list[StepOut]

    @classmethod
    def of(cls, row: PackageRow, *, with_matches: bool) -> PackageChecksOut:
        return cls(
            sha256=row.package.sha256,
            name=row.package.original_name,
            state=row.state,
            is_quarantined=row.is_quarantined,
            next_at=row.next_at,
            steps=[StepOut.of(step, with_matches=with_matches) for step in row.steps],
        )


class ChecksOut(Schema):
    """The checks of a version: the state that needs most attention, each package, and what is not checked."""

    state: str
    packages: list[PackageChecksOut]
    not_configured: list[str] = Field(description="Names of checks that this site does not make.")

    @classmethod
    def of(cls, checks: VersionChecks, *, with_matches: bool) -> ChecksOut:
        return cls(
            state=checks.state,
            packages=[
                PackageChecksOut.of(row, with_matches=with_matches) for row in checks.packages
            ],
            not_configured=[step.name for step in checks.missing],
        )


class NearDuplicateOut(Schema):
    """A version of another owner, and how much of the content of a version is in it too."""

    extension: str = Field(description="Its id.")
    version: str
    owner: str
    code_percent: int = Field(description="Of the Python code, compared without names and layout.")
    files_percent: int = Field(description="Of the files, byte for byte.")

    @classmethod
    def of(cls, found: NearDuplicate) -> NearDuplicateOut:
        extension = found.version.extension
        return cls(
            extension=extension.extension_id,
            version=found.version.number,
            owner=extension.owner.username,
            code_percent=found.code_percent,
            files_percent=found.files_percent,
        )


@router.get("/extensions/{extension_id}/similar-names/", response=list[SimilarNameOut])
def similar_names(request: HttpRequest, extension_id: str) -> Any:
    """Return extensions of other owners with a similar id or name; for moderators. At most ten, ids first."""
    require_moderator(request.user)
    found = find_similar(visible_extension(extension_id, request.user))
    return [SimilarNameOut.of(one) for one in found]


class ReleaseIn(Schema):
    """Why what a scanner found is a false alarm; the owner of the extension reads it."""

    reason: str = Field(min_length=1, max_length=10_000)


@router.get(f"{_VERSION}/checks/", response=ChecksOut)
def checks(request: HttpRequest, extension_id: str, number: str) -> Any:
    """Return the checks of the packages of a version; for its owner, also of a draft, moderators and volunteers."""
    found = checks_of(_version(request, extension_id, number))
    return ChecksOut.of(found, with_matches=may_moderate(request.user))


@router.get(f"{_VERSION}/near-duplicates/", response=list[NearDuplicateOut])
def near_duplicates(request: HttpRequest, extension_id: str, number: str) -> Any:
    """Return versions of other owners that share most of the content of a version; for moderators.

    At most five, the most similar first. What more than four other owners have is not compared.
    """
    require_moderator(request.user)
    version = _version(request, extension_id, number)
    return [NearDuplicateOut.of(found) for found in find_near_duplicates(version)]


@router.post(f"{_VERSION}/packages/{{sha256}}/release", response=PackageChecksOut)
def release(
    request: HttpRequest, extension_id: str, number: str, sha256: str, body: ReleaseIn
) -> Any:
    """Release a package from quarantine; for moderators, and not for their own extensions.

    The version stays as it is: unblock or approve it then.
    """
    version = _version(request, extension_id, number)
    package = version.packages.select_related("file").filter(sha256=sha256).first()
    if package is None:
        raise NotFound.of("request.not-found", variant="check")
    package.version = version
    release_package(package=package, by=request.user, reason=body.reason)
    rows = checks_of(version).packages
    found = next(row for row in rows if row.package.sha256 == sha256)
    return PackageChecksOut.of(found, with_matches=True)


@router.get(f"{_VERSION}/packages/{{sha256}}/sbom", auth=OPTIONAL_AUTH)
def bill_of_materials(
    request: HttpRequest, extension_id: str, number: str, sha256: str
) -> HttpResponse:
    """Return the bundled libraries of a package as CycloneDX 1.6, with what the checks know about them.

    Of a public version to everyone, else to those who may read its code.
    """
    try:
        extension = visible_extension(extension_id, request.user)
        version = visible_version(extension, number, request.user)
    except NotFound:  # volunteers read versions that are not public, too
        version = _version(request, extension_id, number)
    package = version.packages.filter(sha256=sha256).first()
    if package is None:
        raise NotFound.of("request.not-found", variant="check")
    package.version = version
    text = package_sbom(package)
    name = f"{package.file_name.removesuffix('.zip')}.cdx.json"
    return HttpResponse(
        text,
        content_type="application/vnd.cyclonedx+json; version=1.6",
        headers={"Content-Disposition": str(content_disposition_header(True, name))},
    )


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    """Return a version to those who may read its code; one that was not submitted to its owner only."""
    extension = Extension.objects.with_related().with_id(extension_id).first()
    if extension is None or not queues.can_view_thread(extension, request.user):
        raise NotFound.of("request.not-found", variant="extension", id=extension_id)
    is_owner = extension.owner_id == request.user.pk
    versions = Version.objects.filter(extension=extension)
    versions = versions if is_owner else queues.submitted_versions(extension)
    version = versions.with_packages().filter(number=number).first()
    if version is None:
        raise NotFound.of("request.not-found", variant="version", id=extension_id, version=number)
    if not may_read_code(request.user, extension):
        raise Refused.of("download.not-public")
    version.extension = extension
    return version
