"""Uploads: a package is checked, compared with existing extensions, stored, and becomes a draft."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction

from extery.core.errors import (
    Conflict,
    InvalidManifest,
    InvalidPackage,
    Problem,
    Refused,
    Where,
)
from extery.manifest.document import MANIFEST_FILENAME, Manifest
from extery.rules.blender_verdicts import Refusal
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog.lifecycle import record
from extery_site.catalog.locking import require_not_blocked
from extery_site.catalog.metadata import apply_manifest
from extery_site.catalog.models import (
    Event,
    Extension,
    Package,
    Version,
    expiry_of,
)
from extery_site.catalog.stored_values import stored_problems
from extery_site.catalog.text_limits import MAX_TEXT_LENGTH, clean_text
from extery_site.files.layout import FileKind
from extery_site.files.storage import StagedFile, stage_file
from extery_site.project.body_limit import upload_too_large
from extery_site.publish.draft_quota import use_draft, use_grown_quota
from extery_site.publish.expiry import free_at, release_id
from extery_site.publish.manifest_limits import check_storable
from extery_site.publish.replacement import find_replaced, manifest_fields, replace
from extery_site.publish.reserved_ids import check_not_reserved, lock_id
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.uploads_at_once import upload_of
from extery_site.quotas.usage import format_time
from extery_site.scanning.known_bad_uploads import refuse_known_bad
from extery_site.scanning.package_check import PackageCheck, check_package
from extery_site.scanning.quarantine import is_known_malware
from extery_site.scanning.uploads import record_rules
from extery_site.ui.short_text import check_short_text


@dataclass(frozen=True)
class UploadResult:
    """The rows that an upload created or extended, the warnings about the package, and the Blenders that refuse it.

    ``replaced`` are the names of the packages that it replaces.
    """

    extension: Extension
    version: Version
    package: Package
    replaced: tuple[str, ...]
    problems: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]


def receive_upload(
    *,
    file: BinaryIO,
    user: AnyUser,
    name: str = "",
    release_notes: str = "",
    address: str | None = None,
    only: Version | None = None,
    seen: Callable[[Manifest], None] | None = None,
) -> UploadResult:
    """Store an uploaded package: of a new extension, a new version, or of a draft.

    In a draft it replaces the packages for the same platforms, whose files are kept as its history.

    With ``only``, raises `Conflict` for a package of another version. ``seen`` is called with the manifest if it is
    valid, also of a package that is refused then.

    Raises `InvalidPackage` or `InvalidManifest` with every problem of the package, `Refused` for
    an id that is reserved or belongs to another user, or if a quota of the user or of the client's
    ``address`` is exceeded, `Conflict` for an existing version or file, and `Unavailable` if the package
    could not be checked; nothing is stored then.
    """
    owner = require_user(user)
    with upload_of(owner.pk, address=address):
        # First and in its own transaction: checking a package that is rejected takes time, too.
        use_grown_quota(QuotaKind.UPLOADS, account=owner.pk, address=address)
        return _receive(file, owner, name, release_notes, address, only, seen)


def _receive(
    file: BinaryIO,
    owner: User,
    name: str,
    release_notes: str,
    address: str | None,
    only: Version | None,
    seen: Callable[[Manifest], None] | None,
) -> UploadResult:
    if file.seek(0, 2) > settings.EXTERY_MAX_UPLOAD:
        raise upload_too_large()
    file.seek(0)
    release_notes = clean_text(release_notes, field="release_notes", max_length=MAX_TEXT_LENGTH)
    name = base_name(name or str(getattr(file, "name", "") or "")) or "package.zip"
    check_short_text(name, field="name")
    started = time.monotonic()
    report = check_package(file, name)
    seconds = time.monotonic() - started
    if report.manifest is not None:
        check_storable(report.manifest)
        if seen is not None:
            seen(report.manifest)
    manifest = _valid_manifest(report)
    if only is not None:
        _check_same_version(manifest, only)
    check_not_reserved(manifest.id)
    release_id(manifest.id, user=owner)
    with stage_file(file, FileKind.PACKAGE, max_size=settings.EXTERY_MAX_UPLOAD) as stage:
        with transaction.atomic():
            _check_against_site(manifest, owner, stage.sha256)
        if is_known_malware(stage.sha256):
            raise Refused.of("upload.known-malware")
        refuse_known_bad(file, name, stage.sha256)
        stage.upload()
        try:
            return _store(
                stage, name, report, manifest, owner, release_notes, address, seconds=seconds
            )
        except IntegrityError as error:
            # A concurrent transaction stored the same rows: raise the error for what exists now.
            with transaction.atomic():
                _check_against_site(manifest, owner, stage.sha256)
            raise _version_exists(manifest) from error


@transaction.atomic
def _store(
    stage: StagedFile,
    name: str,
    report: PackageCheck,
    manifest: Manifest,
    user: User,
    notes: str,
    address: str | None,
    *,
    seconds: float,
) -> UploadResult:
    # A new extension has no row to lock, and several of its packages may be uploaded at once.
    lock_id(manifest.id)
    extension, version = _check_against_site(manifest, user, stage.sha256)
    if version is None:
        use_draft(user, address=address)
    if extension is None:
        extension = _new_extension(manifest, user)
    replaced: list[Package] = []
    if version is None:
        version = _new_version(extension, manifest, user)
    else:
        replaced = find_replaced(version, manifest)
        replace(version, manifest, replaced)
    source, section = report.notes
    if notes:
        version.release_notes, version.notes_source = notes, ""
        version.save()
    elif section and (not version.release_notes or version.notes_source):
        version.release_notes, version.notes_source = section.strip(), source
        version.save()
    package = Package(
        version=version,
        sha256=stage.sha256,
        size=stage.size,
        original_name=name,
        platforms=sorted(set(manifest.platforms)),
        wheels=list(manifest.wheels),
        python_versions=list(manifest.python_versions),
        problems=stored_problems(report.problems),
    )
    if extension.newest_version_id is None:
        apply_manifest(extension, version)
    package.file = stage.store()
    package.save()
    record_rules(package, seconds)
    record(
        extension,
        Event.Kind.REPLACED if replaced else Event.Kind.UPLOADED,
        by=user,
        version=version,
        text=package.file_name,
        packages=[stage.sha256],
    )
    # An event handler may have submitted the version again.
    version.refresh_from_db(fields=["status", "submitted_at", "expires_at"])
    names = tuple(old.original_name for old in replaced)
    return UploadResult(extension, version, package, names, tuple(report.problems), report.refusals)


def _valid_manifest(report: PackageCheck) -> Manifest:
    """Return the manifest of a package without errors; raises all its errors otherwise."""
    errors = report.problems.errors
    if report.manifest is not None and not errors:
        return report.manifest
    only_manifest = all(problem.code.startswith("manifest.") for problem in errors)
    error = (InvalidManifest if only_manifest else InvalidPackage)(*report.problems)
    error.refusals = report.refusals
    raise error


def _check_same_version(manifest: Manifest, version: Version) -> None:
    """Raise `Conflict` unless the package is of this version."""
    extension_id = version.extension.extension_id
    if manifest.id != extension_id:
        raise Conflict.of(
            "upload.other-version",
            where=Where(MANIFEST_FILENAME, ("id",)),
            variant="id",
            id=manifest.id,
            expected=extension_id,
        )
    if manifest.version != version.number:
        raise Conflict.of(
            "upload.other-version",
            where=Where(MANIFEST_FILENAME, ("version",)),
            version=manifest.version,
            expected=version.number,
        )


def _check_against_site(
    manifest: Manifest, user: User, sha256: str
) -> tuple[Extension | None, Version | None]:
    """Return the extension and the draft that the package belongs to, if they exist."""
    extension = Extension.objects.select_for_update().with_id(manifest.id).first()
    if extension is None:
        check_not_reserved(manifest.id)
        _check_file_is_new(sha256)
        return None, None
    _check_extension(extension, manifest, user)
    version = extension.versions.filter(number=manifest.version).first()
    if version is not None:
        if not version.is_editable:
            raise _version_exists(manifest, variant="declined" if version.is_discardable else "")
        find_replaced(version, manifest)
    _check_file_is_new(sha256)
    return extension, version


def _check_extension(extension: Extension, manifest: Manifest, user: User) -> None:
    where = Where(MANIFEST_FILENAME, ("id",))
    if extension.is_deleted:
        raise Refused.of(
            "upload.id-reserved",
            where=where,
            variant="own" if _is_restorable_by(extension, user) else "deleted",
            id=manifest.id,
        )
    if extension.owner_id != user.pk and (time := free_at(extension)) is not None:
        raise Refused.of(
            "upload.id-taken",
            where=where,
            variant="draft",
            id=manifest.id,
            until=format_time(time),
        )
    if extension.extension_id != manifest.id:
        raise Refused.of(
            "upload.id-taken",
            where=where,
            variant="similar",
            id=manifest.id,
            existing=extension.extension_id,
        )
    if extension.owner_id != user.pk:
        raise Refused.of("upload.id-taken", where=where, id=manifest.id)
    require_not_blocked(extension)
    if extension.type != manifest.type:
        raise Conflict.of(
            "upload.type-changed",
            where=Where(MANIFEST_FILENAME, ("type",)),
            id=manifest.id,
            existing=extension.type,
            type=manifest.type,
        )


def _is_restorable_by(extension: Extension, user: User) -> bool:
    return extension.owner_id == user.pk and extension.restorable_until is not None


def _check_file_is_new(sha256: str) -> None:
    package = Package.objects.select_related("version__extension").filter(sha256=sha256).first()
    if package is not None:
        raise Conflict.of(
            "upload.file-exists",
            id=package.version.extension.extension_id,
            version=package.version.number,
        )


def _version_exists(manifest: Manifest, *, variant: str = "") -> Conflict:
    return Conflict.of(
        "upload.version-exists",
        where=Where(MANIFEST_FILENAME, ("version",)),
        variant=variant,
        id=manifest.id,
        version=manifest.version,
    )


def _new_extension(manifest: Manifest, user: User) -> Extension:
    return Extension.objects.create(
        extension_id=manifest.id,
        type=manifest.type,
        name=manifest.name,
        tagline=manifest.tagline,
        owner=user,
    )


def _new_version(extension: Extension, manifest: Manifest, user: User) -> Version:
    return Version.objects.create(
        extension=extension,
        number=manifest.version,
        sort_key=manifest.parsed_version.sort_key,
        created_by=user,
        expires_at=expiry_of(Version.Status.DRAFT),
        **manifest_fields(manifest),
    )


def base_name(name: str) -> str:
    """Return the last part of a path with either separator, without NUL, at most 255 characters."""
    return name.replace("\\", "/").rpartition("/")[2].replace("\x00", "")[-255:]
