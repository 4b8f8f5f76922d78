"""Actions of owners on versions: edit, submit, withdraw, discard, unpublish and publish again.

`receive_upload`, which creates drafts, is in `extery_site.publish.upload`.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from django.db import transaction

from extery.core.errors import Conflict, InvalidInput, Problem, ProblemList, Where
from extery_site.accounts.permissions import AnyUser, may_moderate
from extery_site.catalog import lifecycle, locking, transitions
from extery_site.catalog.images import UploadedImage, delete_image, uploaded_image
from extery_site.catalog.metadata import apply_manifest, safe_url
from extery_site.catalog.models import Channel, Extension, Version
from extery_site.catalog.search_documents import update_document
from extery_site.catalog.text_limits import (
    MAX_ALT_TEXT_LENGTH,
    MAX_REASON_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_URL_LENGTH,
    clean_text,
)
from extery_site.publish.completeness import submit_state
from extery_site.publish.deletion import require_no_planned_deletion
from extery_site.publish.draft_quota import use_grown_quota
from extery_site.publish.expiry import delete_version
from extery_site.publish.upload import UploadResult, receive_upload
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.uploads_at_once import upload_of
from extery_site.scanning import quarantine
from extery_site.ui.short_text import check_short_text

__all__ = [
    "UploadResult",
    "discard_draft",
    "promote",
    "receive_upload",
    "republish",
    "submit",
    "unpublish",
    "update_draft",
    "withdraw",
]


def update_draft(
    *,
    extension: Extension,
    by: AnyUser,
    version: Version | None = None,
    description: str | None = None,
    website: str | None = None,
    support_url: str | None = None,
    release_notes: str | None = None,
    channel: str | None = None,
    image: BinaryIO | None = None,
    alt_text: str | None = None,
    address: str | None = None,
) -> ProblemList:
    """Change the fields that are not in the manifest; ``None`` leaves a field unchanged.

    Returns warnings about the image. Raises `InvalidInput` for an invalid image or URL, `Refused`
    for a blocked extension, and for an image if the quota of uploads of the user or of the
    client's ``address`` is exceeded.
    """
    fields: dict[str, Any] = {
        "version": version,
        "description": description,
        "website": website,
        "support_url": support_url,
        "release_notes": release_notes,
        "channel": channel,
        "alt_text": alt_text,
    }
    if image is None:
        _update_draft(extension, by, **fields)
        return ProblemList()
    with upload_of(extension.owner_id, address=address):
        with transaction.atomic():
            owned = locking.lock_owned_extension(extension, by)
            locking.require_not_blocked(owned)
            use_grown_quota(QuotaKind.UPLOADS, account=owned.owner_id, address=address)
        # Before the transaction: decoding and transferring it take long, and lock nothing.
        with uploaded_image(image, "cover") as uploaded:
            _update_draft(extension, by, image=uploaded, **fields)
            return uploaded.problems


@transaction.atomic
def _update_draft(
    extension: Extension,
    by: AnyUser,
    *,
    version: Version | None,
    description: str | None,
    website: str | None,
    support_url: str | None,
    release_notes: str | None,
    channel: str | None,
    alt_text: str | None,
    image: UploadedImage | None = None,
) -> None:
    extension = locking.lock_owned_extension(extension, by)
    locking.require_not_blocked(extension)
    if version is not None and (release_notes is not None or channel is not None):
        _update_version(locking.lock_editable_version(version, extension), release_notes, channel)
    if description is not None:
        extension.description = clean_text(
            description, field="description", max_length=MAX_TEXT_LENGTH
        )
    if website is not None:
        extension.website = _check_url("website", website)
    if support_url is not None:
        extension.support_url = _check_url("support_url", support_url)
    if alt_text is not None:
        alt_text = clean_text(alt_text, field="alt_text", max_length=MAX_ALT_TEXT_LENGTH)
        check_short_text(alt_text, field="alt_text")
    if image is not None:
        _replace_image(extension, image, alt_text or "")
    elif alt_text is not None and extension.image is not None:
        extension.image.alt_text = alt_text
        extension.image.save()
    extension.save()
    update_document(extension)


def _update_version(version: Version, release_notes: str | None, channel: str | None) -> None:
    """Change a locked version; raises `InvalidInput` for an unknown channel."""
    if release_notes is not None:
        version.release_notes = clean_text(
            release_notes, field="release_notes", max_length=MAX_TEXT_LENGTH
        )
        version.notes_source = ""
    if channel is not None:
        if channel not in Channel.values:
            where = Where(path=("channel",))
            raise InvalidInput.of("submit.bad-channel", where=where, channel=channel[:20])
        version.channel = channel
    version.save()


def _check_url(field: str, text: str) -> str:
    text = text.strip()
    if text and not safe_url(text):
        raise InvalidInput.of(
            "submit.bad-url",
            where=Where(path=(field,)),
            url=text[:80],
        )
    return check_short_text(clean_text(text, field=field, max_length=MAX_URL_LENGTH), field=field)


def _replace_image(extension: Extension, image: UploadedImage, alt_text: str) -> None:
    old = extension.image
    extension.image = image.store(alt_text=alt_text)
    extension.save()
    if old is not None:
        delete_image(old)


def submit(*, version: Version, by: AnyUser, address: str | None = None) -> Version:
    """Submit a complete draft for review; raises `InvalidInput` with everything that is missing.

    Raises `Refused` if a quota of the user or of the client's ``address`` is exceeded: moderators are
    notified of each submission.
    """
    with lifecycle.transition(transitions.SUBMIT, version=version, by=by) as pending:
        extension, version = pending.extension, pending.version
        require_no_planned_deletion(extension)
        missing = submit_state(extension, version).problems
        if quarantine.has_quarantined(version):
            missing.append(Problem.of("submit.quarantined", where=Where(path=("file",))))
        if missing:
            raise InvalidInput(*missing)
        if not may_moderate(by):
            use_grown_quota(QuotaKind.SUBMISSIONS, account=extension.owner_id, address=address)
        if extension.newest_version_id is None:
            apply_manifest(extension, version)
        pending.text = version.release_notes
    return version


def withdraw(*, version: Version, by: AnyUser) -> Version:
    """Withdraw a version that is not public yet; its owner can edit and submit it again."""
    with lifecycle.transition(transitions.WITHDRAW, version=version, by=by) as pending:
        pass
    return pending.version


def unpublish(*, version: Version, by: AnyUser, reason: str = "") -> Version:
    """Unpublish a public version: listings, pages and downloads do without it at once.

    Listings then have the next newest version. It stays as it is where it is installed.
    """
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    with lifecycle.transition(
        transitions.WITHDRAW_PUBLIC, version=version, by=by, text=reason
    ) as pending:
        pass
    return pending.version


def republish(*, version: Version, by: AnyUser) -> Version:
    """Publish a version again that its owner had unpublished; its packages cannot have changed."""
    with lifecycle.transition(transitions.REPUBLISH, version=version, by=by) as pending:
        pass
    return pending.version


def promote(*, version: Version, by: AnyUser) -> Version:
    """Offer a public beta version to everyone, with the same packages; raises `Conflict` for a stable one."""
    with lifecycle.transition(transitions.PROMOTE, version=version, by=by) as pending:
        if not pending.version.is_beta:
            raise Conflict.of("submit.already-stable", version=pending.version.number)
        pending.version.channel = Channel.STABLE
    return pending.version


def discard_draft(*, version: Version, by: AnyUser) -> None:
    """Delete a version that is neither in review nor approved, with its packages.

    The extension is deleted too if it has no other version and was never submitted.
    """
    delete_version(transitions.DISCARD, version=version, by=by)
