"""Actions on drafts: edit, submit, withdraw and discard.

`receive_upload`, which creates drafts, is in `extery_site.publish.upload`.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from django.db import transaction

from extery.core.errors import InvalidInput, ProblemList, Where
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog import lifecycle
from extery_site.catalog.images import UploadedImage, delete_image, uploaded_image
from extery_site.catalog.manifests import apply_manifest, safe_url
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.text_limits import MAX_TEXT_LENGTH, clean_text
from extery_site.files.actions import release
from extery_site.publish.upload import UploadResult, receive_upload

__all__ = [
    "UploadResult",
    "discard_draft",
    "missing_for_submission",
    "receive_upload",
    "submit",
    "update_draft",
    "withdraw",
]

#: Maximum number of characters of the alt text of an image, and of a URL.
MAX_ALT_TEXT = 300
MAX_URL = 500


def update_draft(
    *,
    extension: Extension,
    by: AnyUser,
    version: Version | None = None,
    description: str | None = None,
    website: str | None = None,
    support_url: str | None = None,
    release_notes: str | None = None,
    image: BinaryIO | None = None,
    alt_text: str | None = None,
) -> ProblemList:
    """Change the fields that are not in the manifest; ``None`` leaves a field unchanged.

    Returns warnings about the image. Raises `InvalidInput` for an invalid image or URL.
    """
    fields: dict[str, Any] = {
        "version": version,
        "description": description,
        "website": website,
        "support_url": support_url,
        "release_notes": release_notes,
        "alt_text": alt_text,
    }
    if image is None:
        _update_draft(extension, by, **fields)
        return ProblemList()
    with transaction.atomic():
        lifecycle.lock_owned(extension, by)
    # Before the transaction: decoding and transferring it take long, and lock nothing.
    with uploaded_image(image) as uploaded:
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
    alt_text: str | None,
    image: UploadedImage | None = None,
) -> None:
    extension = lifecycle.lock_owned(extension, by)
    if release_notes is not None and version is not None:
        version = lifecycle.lock_editable(version, extension)
        version.release_notes = clean_text(
            release_notes, field="release_notes", max_length=MAX_TEXT_LENGTH
        )
        version.save()
    if description is not None:
        extension.description = clean_text(
            description, field="description", max_length=MAX_TEXT_LENGTH
        )
    if website is not None:
        extension.website = _check_url("website", website)
    if support_url is not None:
        extension.support_url = _check_url("support_url", support_url)
    if alt_text is not None:
        alt_text = clean_text(alt_text, field="alt_text", max_length=MAX_ALT_TEXT)
    if image is not None:
        _replace_image(extension, image, alt_text or "")
    elif alt_text is not None and extension.image is not None:
        extension.image.alt_text = alt_text
        extension.image.save()
    extension.save()


def _check_url(field: str, text: str) -> str:
    text = text.strip()
    if text and not safe_url(text):
        raise InvalidInput.of(
            "submit.bad-url",
            f"{text[:80]!r} is not the URL of a web page",
            hint="enter a URL that starts with https://",
            where=Where(path=(field,)),
        )
    return clean_text(text, field=field, max_length=MAX_URL)


def _replace_image(extension: Extension, image: UploadedImage, alt_text: str) -> None:
    old = extension.image
    extension.image = image.store(alt_text=alt_text)
    extension.save()
    if old is not None:
        delete_image(old)


def missing_for_submission(extension: Extension, version: Version) -> list[tuple[str, str]]:
    """Return code and message of everything that is missing before the draft can be submitted."""
    missing = []
    if not version.packages.exists():
        missing.append(("submit.package-missing", "Upload a package."))
    if not extension.description.strip():
        missing.append(("submit.description-missing", "Add a description."))
    if extension.image is None:
        missing.append(("submit.image-missing", "Add an image."))
    elif not extension.image.alt_text.strip():
        missing.append(("submit.alt-text-missing", "Add an image description (alt text)."))
    return missing


_FIELDS = {
    "submit.package-missing": "file",
    "submit.description-missing": "description",
    "submit.image-missing": "image",
    "submit.alt-text-missing": "alt_text",
}


def submit(*, version: Version, by: AnyUser) -> Version:
    """Submit a complete draft for review; raises `InvalidInput` with everything that is missing."""
    with lifecycle.transition(lifecycle.SUBMIT, version=version, by=by) as step:
        extension, version = step.extension, step.locked_version
        with ProblemList().raising(InvalidInput) as problems:
            for code, message in missing_for_submission(extension, version):
                problems.add(code, message, where=Where(path=(_FIELDS[code],)))
        if extension.newest_version_id is None:
            apply_manifest(extension, version)
        step.text = version.release_notes
    return version


def withdraw(*, version: Version, by: AnyUser) -> Version:
    """Withdraw a version from review; its owner can edit and submit it again."""
    with lifecycle.transition(lifecycle.WITHDRAW, version=version, by=by) as step:
        pass
    return step.locked_version


@transaction.atomic
def discard_draft(*, version: Version, by: AnyUser) -> None:
    """Delete a version that is neither in review nor approved, with its packages.

    The extension is deleted too if it has no other version and was never submitted.
    """
    with lifecycle.transition(lifecycle.DISCARD, version=version, by=by) as step:
        step.text = step.locked_version.number
        release(*(package.file for package in step.locked_version.packages.select_related("file")))
    extension = step.extension
    if extension.versions.exists() or _was_submitted(extension):
        return
    if extension.image is not None:
        delete_image(extension.image)
    extension.delete()


def _was_submitted(extension: Extension) -> bool:
    return extension.events.filter(kind=Event.Kind.SUBMITTED).exists()
