"""A draft on its way to the queue: complete it, submit it, withdraw it, discard it.

`receive_upload`, which makes the draft, has a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, ProblemList, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_person
from extery_site.catalog.actions import apply_manifest, record, sync_status, web_address
from extery_site.catalog.images import delete_image, store_image
from extery_site.catalog.models import Activity, Extension, Package, Version
from extery_site.files.storage import remove_after_commit
from extery_site.publish.upload import Draft, blocked, receive_upload

__all__ = [
    "Draft",
    "discard_draft",
    "missing_for_submission",
    "receive_upload",
    "submit",
    "update_draft",
    "withdraw",
]


@transaction.atomic
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
    """Change what is not in the manifest; ``None`` leaves a value as it is.

    Gives back what falls short of the image guideline. Raises `InvalidInput` for an image
    that cannot be used.
    """
    extension = _owned(extension, by)
    problems = ProblemList()
    if release_notes is not None and version is not None:
        version = _editable(version, extension)
        version.release_notes = release_notes.strip()
        version.save()
    if description is not None:
        extension.description = description.strip()
    if website is not None:
        extension.website = _link("website", website)
    if support_url is not None:
        extension.support_url = _link("support_url", support_url)
    # Comes last: nothing after it may fail, because its files would stay without a row.
    if image is not None:
        problems = _replace_image(extension, image, alt_text or "")
    elif alt_text is not None and extension.image is not None:
        extension.image.alt_text = alt_text.strip()
        extension.image.save()
    extension.save()
    return problems


def _link(field: str, text: str) -> str:
    text = text.strip()
    if text and not web_address(text):
        raise InvalidInput.of(
            "submit.bad-link",
            f"{text[:80]!r} is not the address of a web page",
            hint="begin it with https://",
            where=Where(path=(field,)),
        )
    return text


def _replace_image(extension: Extension, file: BinaryIO, alt_text: str) -> ProblemList:
    old = extension.image
    extension.image, problems = store_image(file, alt_text=alt_text)
    extension.save()
    if old is not None:
        delete_image(old)
    return problems


def missing_for_submission(extension: Extension, version: Version) -> list[tuple[str, str]]:
    """What the draft still needs before it can be sent to review: codes and sentences."""
    missing = []
    if not version.packages.exists():
        missing.append(("submit.package-missing", "Upload a package."))
    if not extension.description.strip():
        missing.append(("submit.description-missing", "Describe what the extension does."))
    if extension.image is None:
        missing.append(("submit.image-missing", "Add an image that shows it in use."))
    elif not extension.image.alt_text.strip():
        missing.append(
            ("submit.alt-text-missing", "Describe the image for people who cannot see it.")
        )
    return missing


_FIELDS = {
    "submit.package-missing": "file",
    "submit.description-missing": "description",
    "submit.image-missing": "image",
    "submit.alt-text-missing": "alt_text",
}


@transaction.atomic
def submit(*, version: Version, by: AnyUser) -> Version:
    """Send a complete draft to the queue; raises `InvalidInput` with all that is missing."""
    person, extension = require_person(by), _not_blocked(_owned(version.extension, by))
    version = _editable(version, extension)
    with ProblemList().raising(InvalidInput) as problems:
        for code, sentence in missing_for_submission(extension, version):
            problems.add(code, sentence, where=Where(path=(_FIELDS[code],)))
    version.status = Version.Status.IN_REVIEW
    version.submitted_at = timezone.now()
    version.save()
    if extension.newest_version_id is None:
        extension.status = Extension.Status.IN_REVIEW
        extension.save()
        apply_manifest(extension, version)
    record(
        extension, Activity.Kind.SUBMITTED, by=person, version=version, text=version.release_notes
    )
    return version


@transaction.atomic
def withdraw(*, version: Version, by: AnyUser) -> Version:
    """Take a version out of the queue; its owner may change it and send it again."""
    person, extension = require_person(by), _owned(version.extension, by)
    version = _locked(version, extension)
    if version.status != Version.Status.IN_REVIEW:
        raise _wrong_state(version)
    version.status = Version.Status.WITHDRAWN
    version.save()
    sync_status(extension)
    record(extension, Activity.Kind.WITHDRAWN, by=person, version=version)
    return version


@transaction.atomic
def discard_draft(*, version: Version, by: AnyUser) -> None:
    """Delete a version that is not in review and was not approved, with its packages.

    The extension goes too if this was all there was of it and nobody has seen it in the queue.
    """
    person, extension = require_person(by), _not_blocked(_owned(version.extension, by))
    version = _locked(version, extension)
    if not version.is_discardable:
        raise _wrong_state(version)
    number = version.number
    for package in version.packages.all():
        remove_after_commit(str(package.file.name), unless=_is_stored(package.sha256))
    version.delete()
    if extension.versions.exists() or _was_in_queue(extension):
        sync_status(extension)
        record(extension, Activity.Kind.DISCARDED, by=person, text=number)
        return
    if extension.image is not None:
        delete_image(extension.image)
    extension.delete()


def _is_stored(sha256: str) -> Callable[[], bool]:
    return lambda: Package.objects.filter(sha256=sha256).exists()


def _was_in_queue(extension: Extension) -> bool:
    return extension.activities.filter(kind=Activity.Kind.SUBMITTED).exists()


def _owned(extension: Extension, by: AnyUser) -> Extension:
    """The extension as it is now, locked; raises `Refused` unless ``by`` owns it."""
    person: User = require_person(by)
    extension = Extension.objects.select_for_update().get(pk=extension.pk)
    if extension.owner_id != person.pk:
        raise Refused.of(
            "permission.owner",
            f"only the owner of {extension.name} may do this",
            hint="ask the owner",
        )
    return extension


def _not_blocked(extension: Extension) -> Extension:
    if extension.is_blocked:
        raise blocked(extension)
    return extension


def _editable(version: Version, extension: Extension) -> Version:
    """The version as it is now, locked; raises `Conflict` unless it may be changed."""
    version = _locked(version, extension)
    if not version.is_editable:
        raise _wrong_state(version)
    return version


def _locked(version: Version, extension: Extension) -> Version:
    """The version as it is now, locked; raises `Conflict` if it was discarded meanwhile."""
    found = extension.versions.select_for_update().filter(pk=version.pk).first()
    if found is None:
        raise Conflict.of(
            "submit.wrong-state",
            f"version {version.number} of {extension.name} was discarded meanwhile",
            hint="load the page again to see what happened",
        )
    return found


def _wrong_state(version: Version) -> Conflict:
    return Conflict.of(
        "submit.wrong-state",
        f"{version} cannot be changed now, it is: {version.get_status_display()}",
        hint="load the page again to see what happened",
    )
