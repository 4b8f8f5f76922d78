"""Uploads of many files: each is received in chunks, checked when it is complete, and replaced or removed.

The files of a version are published together: one that is refused, or not complete, holds the version
(`extery_site.publish.completeness`), until it is replaced or removed. The bytes are in `extery_site.publish.chunks`; what
a package must be is in `extery_site.publish.upload`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from extery.core.errors import (
    Conflict,
    ExteryError,
    InvalidInput,
    NotFound,
    Refused,
    Unavailable,
)
from extery.core.files import format_size, hash_file
from extery.manifest.document import Manifest
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog.models import Package, Version, normalize_id
from extery_site.catalog.stored_values import stored_problems
from extery_site.catalog.text_limits import clean_text
from extery_site.project.body_limit import upload_too_large
from extery_site.project.database import lock_transaction
from extery_site.project.problems import http_status
from extery_site.publish import chunks
from extery_site.publish.manifest_limits import as_json
from extery_site.publish.models import HOLDING, PackageUpload
from extery_site.publish.upload import UploadResult, base_name, receive_upload
from extery_site.ui.labels import short_hash
from extery_site.ui.short_text import check_short_text

_State = PackageUpload.State
#: Time after the last chunk in which an upload goes on, and for which an answer is kept.
LIFETIME = timedelta(days=1)
#: Files of an account that are unfinished or refused.
MAX_OPEN = 30
#: Bytes of the unfinished files of an account, as a number of packages of the maximum size.
MAX_OPEN_SIZE = 3
MAX_CHUNKS = 1000
_BATCH = re.compile(r"[0-9a-f]{0,32}")
_SHA256 = re.compile(r"(?:[0-9a-f]{64})?")
#: Problems of files that hold no version: they are no packages, or known already.
_NOT_TAKEN = frozenset({"package.not-zip", "package.empty", "upload.file-exists"})


@transaction.atomic
def start_upload(
    *,
    by: AnyUser,
    name: str,
    size: int,
    version: Version | None = None,
    batch: str = "",
    sha256: str = "",
    replaces: str = "",
) -> PackageUpload:
    """Announce a file of ``size`` bytes, for a version if it is known.

    ``batch`` is the same for files that are chosen together, up to 32 hexadecimal digits; ``replaces`` the key of an upload in whose place
    this one comes. Raises `InvalidInput` for a file that is too large or a wrong value, `Conflict` for a version that
    cannot be changed, and `Refused` for too many unfinished files.
    """
    owner = require_user(by)
    name = base_name(clean_text(name, field="name", max_length=4000)) or "package.zip"
    check_short_text(name, field="name")
    if size > settings.EXTERY_MAX_UPLOAD:
        raise upload_too_large()
    if size < 0 or not _BATCH.fullmatch(batch) or not _SHA256.fullmatch(sha256):
        raise InvalidInput.of("transfer.bad-header", header="Upload-Metadata")
    if version is not None:
        _require_editable(version, owner)
    lock_transaction(f"uploads of {owner.pk}")
    if replaces:
        _find(owner, replaces).delete()
    _require_room(owner, size)
    return PackageUpload.objects.create(
        owner=owner,
        version=version,
        batch=batch,
        name=name,
        size=size,
        sha256=sha256,
        state=_State.RECEIVING if size else _State.RECEIVED,
        expires_at=timezone.now() + LIFETIME,
    )


def _require_editable(version: Version, owner: User) -> None:
    extension = version.extension
    if extension.owner_id != owner.pk:
        raise Refused.of("permission.owner-only", extension=extension.name)
    if not version.is_editable:
        raise Conflict.of(
            "submit.wrong-status",
            extension=extension.name,
            version=version.number,
            status=version.get_status_display(),
        )


def _require_room(owner: User, size: int) -> None:
    """Raise `Refused` if the account has too many unfinished files, or too large ones."""
    rows = PackageUpload.objects.filter(owner=owner).current().open()
    number = rows.count()
    if number >= MAX_OPEN:
        raise Refused.of("transfer.too-many", number=number, limit=MAX_OPEN)
    unfinished = rows.filter(state__in=(_State.RECEIVING, _State.RECEIVED))
    total = (unfinished.aggregate(total=Sum("size"))["total"] or 0) + size
    limit = MAX_OPEN_SIZE * settings.EXTERY_MAX_UPLOAD
    if total > limit:
        raise Refused.of(
            "transfer.too-many",
            variant="size",
            size=format_size(total),
            max_size=format_size(limit),
        )


def find_upload(*, by: AnyUser, key: str) -> PackageUpload:
    """Return an upload of a user; raises `NotFound` for one that is not there, expired, or of someone else."""
    return _find(require_user(by), key)


def _find(owner: User, key: str) -> PackageUpload:
    rows = PackageUpload.objects.select_related("version__extension", "package")
    found = rows.filter(owner=owner, key=key).current().first()
    if found is None:
        raise NotFound.of("request.not-found", variant="upload")
    return found


def receive_chunk(
    *, upload: PackageUpload, offset: int, source: BinaryIO, sha256: bytes | None = None
) -> PackageUpload:
    """Add the bytes of ``source`` to an upload, which has ``offset`` bytes; returns its row.

    Chunks are whole: of one that does not arrive completely nothing is kept. Raises `Conflict` if the upload has another
    number of bytes by then, `InvalidInput` for too many bytes or chunks, or if ``sha256`` is that of other bytes.
    """
    _require_offset(upload, offset)
    with chunks.received(source, max_size=upload.size - offset) as chunk:
        if chunk is None:
            raise InvalidInput.of("transfer.bad-header", header="Upload-Length")
        if sha256 is not None and chunk.digest != sha256:
            raise InvalidInput.of("transfer.checksum")
        if chunk.size == 0:
            return upload
        if len(upload.chunks) >= MAX_CHUNKS:
            raise InvalidInput.of("transfer.too-many-chunks", limit=MAX_CHUNKS)
        # Before the transaction, under a name of its own: a slow storage blocks no one.
        name = chunks.put(upload, chunk)
        try:
            return _add_chunk(upload, offset, name, chunk.size)
        except BaseException:
            chunks.delete(name)
            raise


@transaction.atomic
def _add_chunk(upload: PackageUpload, offset: int, name: str, size: int) -> PackageUpload:
    locked = PackageUpload.objects.select_for_update().filter(pk=upload.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="upload")
    _require_offset(locked, offset)
    locked.chunks = [*locked.chunks, [name, size]]
    locked.received += size
    locked.expires_at = timezone.now() + LIFETIME
    if locked.is_complete:
        locked.state = _State.RECEIVED
    locked.save()
    return locked


def _require_offset(upload: PackageUpload, offset: int) -> None:
    if upload.state != _State.RECEIVING or upload.received != offset:
        raise Conflict.of("transfer.wrong-offset", offset=offset, expected=upload.received)


def remove_upload(*, upload: PackageUpload, by: AnyUser) -> None:
    """Stop an upload, or remove a file that was refused; what became a package stays."""
    if upload.owner_id != require_user(by).pk:
        raise NotFound.of("request.not-found", variant="upload")
    PackageUpload.objects.filter(pk=upload.pk).delete()
    chunks.remove(upload)


def check_upload(
    *, upload: PackageUpload, by: AnyUser, address: str | None = None
) -> PackageUpload:
    """Check a complete upload: it becomes a package of its version, or its problems are kept; returns its row.

    One that is checked already stays as it is. Raises `Conflict` for one that is not complete, `Refused` if a quota is
    exceeded, and `Unavailable` if it could not be checked: then it can be checked again.
    """
    owner = require_user(by)
    upload = _find(owner, upload.key)
    if upload.state == _State.RECEIVING:
        raise Conflict.of(
            "transfer.incomplete",
            received=format_size(upload.received),
            size=format_size(upload.size),
        )
    if upload.state != _State.RECEIVED:
        return upload
    with chunks.assembled(upload) as (file, sha256):
        if upload.sha256 and sha256 != upload.sha256:
            error = InvalidInput.of("transfer.changed", sha256=short_hash(sha256))
            checked = _refuse(upload, error, None)
        else:
            checked = _check(upload, owner, file, sha256, address)
    chunks.remove(upload)
    return checked


def check_file(
    *,
    file: BinaryIO,
    name: str,
    by: AnyUser,
    version: Version | None = None,
    batch: str = "",
    address: str | None = None,
    replaces: str = "",
) -> PackageUpload:
    """Take a file of a form, and check it at once; the errors are those of `start_upload` and `check_upload`."""
    size = file.seek(0, 2)
    file.seek(0)
    sha256, _ = hash_file(file)
    upload = start_upload(
        by=by, name=name, size=size, version=version, batch=batch, replaces=replaces
    )
    try:
        return _check(upload, require_user(by), file, sha256, address)
    except BaseException:
        # The form has the file no more: no one can go on.
        PackageUpload.objects.filter(pk=upload.pk).delete()
        raise


def _check(
    upload: PackageUpload, owner: User, file: BinaryIO, sha256: str, address: str | None
) -> PackageUpload:
    seen: list[Manifest] = []
    version = upload.version or _version_of_batch(upload)
    try:
        result = receive_upload(
            file=file,
            name=upload.name,
            user=owner,
            address=address,
            only=upload.version,
            seen=seen.append,
        )
    except Unavailable:
        raise
    except ExteryError as error:
        if http_status(error) == 429:
            raise
        if (stored := _stored_before(owner, sha256, error)) is not None:
            return _keep(upload, stored.version, stored)
        upload.version = version
        manifest = seen[0] if seen else None
        return _refuse(upload, error, manifest, holds=_is_held(version, manifest))
    return _accept(upload, result)


def _version_of_batch(upload: PackageUpload) -> Version | None:
    """Return the draft that other files of the batch became."""
    if not upload.batch:
        return None
    others = PackageUpload.objects.filter(
        owner=upload.owner, batch=upload.batch, version__isnull=False
    )
    found = others.select_related("version__extension").last()
    return found.version if found is not None else None


def _is_held(version: Version | None, manifest: Manifest | None) -> bool:
    """Whether a version, if it is known, waits for a refused file: not for a package of another extension."""
    if version is None or manifest is None:
        return version is None or version.is_editable
    return version.is_editable and normalize_id(manifest.id) == version.extension.id_key


def _stored_before(owner: User, sha256: str, error: ExteryError) -> Package | None:
    """Return the package of a draft that has the same bytes: of a process that was killed, or chosen twice."""
    if error.code != "upload.file-exists":
        return None
    rows = Package.objects.select_related("version__extension")
    found = rows.filter(sha256=sha256, version__extension__owner=owner).first()
    return found if found is not None and found.version.is_editable else None


@transaction.atomic
def _refuse(
    upload: PackageUpload, error: ExteryError, manifest: Manifest | None, *, holds: bool = True
) -> PackageUpload:
    """Keep the problems of a file; if it ``holds`` its version, that waits until it is replaced or removed."""
    holds = holds and not any(problem.code in _NOT_TAKEN for problem in error.problems)
    upload.state = _State.REFUSED if holds else _State.NOT_TAKEN
    upload.problems = stored_problems(error.problems)
    upload.manifest = None if manifest is None else as_json(manifest)
    upload.chunks = []
    upload.expires_at = timezone.now() + LIFETIME
    upload.save()
    return upload


@transaction.atomic
def _accept(upload: PackageUpload, result: UploadResult) -> PackageUpload:
    """Note the package, and remove the refused files in whose place it comes."""
    version = result.version
    if upload.batch:
        for other in _others_of_batch(upload):
            manifest = other.manifest
            if manifest is None or normalize_id(manifest["id"]) == version.extension.id_key:
                PackageUpload.objects.filter(pk=other.pk).update(version=version)
    for other in PackageUpload.objects.filter(version=version, state=_State.REFUSED):
        if other.name == upload.name or _share_platform(other.platforms, result.package.platforms):
            other.delete()
    return _keep(upload, version, result.package)


def _others_of_batch(upload: PackageUpload) -> list[PackageUpload]:
    """Return the files that were chosen together with one, and whose version is not known yet."""
    rows = PackageUpload.objects.filter(owner=upload.owner, batch=upload.batch, version=None)
    return list(rows.filter(state__in=HOLDING).exclude(pk=upload.pk))


def _keep(upload: PackageUpload, version: Version, package: Package) -> PackageUpload:
    upload.state, upload.version, upload.package = _State.STORED, version, package
    upload.chunks, upload.problems = [], list(package.problems)
    upload.expires_at = timezone.now() + LIFETIME
    upload.save()
    return upload


def _share_platform(ours: list[str] | None, theirs: list[str]) -> bool:
    if ours is None:
        return False
    return not ours or not theirs or not set(ours).isdisjoint(theirs)


def expire_uploads(*, now: datetime | None = None) -> int:
    """Delete uploads that no one goes on with, and their chunks; return their number.

    A refused file of a draft stays as long as the draft: it says what is missing.
    """
    now = now or timezone.now()
    current = PackageUpload.objects.all().current(now)
    rows = list(PackageUpload.objects.exclude(pk__in=current.values("pk")))
    for upload in rows:
        PackageUpload.objects.filter(pk=upload.pk).delete()
        chunks.remove(upload)
    chunks.remove_leftovers(before=now - LIFETIME)
    return len(rows)
