"""A draft on its way to the queue: complete it, submit it, withdraw it, discard it.

`receive_upload`, which makes the draft, has a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from django.db import transaction

from extery.core.errors import InvalidInput, ProblemList, Where
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog import lifecycle
from extery_site.catalog.images import delete_image, store_image
from extery_site.catalog.manifests import apply_manifest, web_address
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.catalog.text_limits import MOST_IN_A_PAGE, checked_text
from extery_site.files.storage import remove_after_commit
from extery_site.publish.upload import Draft, receive_upload

__all__ = [
    "Draft",
    "discard_draft",
    "missing_for_submission",
    "receive_upload",
    "submit",
    "update_draft",
    "withdraw",
]

#: Characters of an image's description, and of an address.
MAX_ALT_TEXT = 300
MAX_LINK = 500


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
    extension = lifecycle.lock_owned(extension, by)
    problems = ProblemList()
    if release_notes is not None and version is not None:
        version = lifecycle.lock_editable(version, extension)
        version.release_notes = checked_text(
            release_notes, field="release_notes", most=MOST_IN_A_PAGE
        )
        version.save()
    if description is not None:
        extension.description = checked_text(description, field="description", most=MOST_IN_A_PAGE)
    if website is not None:
        extension.website = _link("website", website)
    if support_url is not None:
        extension.support_url = _link("support_url", support_url)
    if alt_text is not None:
        alt_text = checked_text(alt_text, field="alt_text", most=MAX_ALT_TEXT)
    # Comes last: nothing after it may fail, because its files would stay without a row.
    if image is not None:
        problems = _replace_image(extension, image, alt_text or "")
    elif alt_text is not None and extension.image is not None:
        extension.image.alt_text = alt_text
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
    return checked_text(text, field=field, most=MAX_LINK)


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


def submit(*, version: Version, by: AnyUser) -> Version:
    """Submit a complete draft for review; raises `InvalidInput` with everything that is missing."""
    with lifecycle.transition(lifecycle.SUBMIT, version=version, by=by) as step:
        extension, version = step.extension, step.locked_version
        with ProblemList().raising(InvalidInput) as problems:
            for code, sentence in missing_for_submission(extension, version):
                problems.add(code, sentence, where=Where(path=(_FIELDS[code],)))
        if extension.newest_version_id is None:
            apply_manifest(extension, version)
        step.text = version.release_notes
    return version


def withdraw(*, version: Version, by: AnyUser) -> Version:
    """Take a version out of review; its owner may change it and submit it again."""
    with lifecycle.transition(lifecycle.WITHDRAW, version=version, by=by) as step:
        pass
    return step.locked_version


@transaction.atomic
def discard_draft(*, version: Version, by: AnyUser) -> None:
    """Delete a version that is not in review and was not approved, with its packages.

    The extension is deleted too if it has no other version and was never submitted.
    """
    with lifecycle.transition(lifecycle.DISCARD, version=version, by=by) as step:
        step.text = step.locked_version.number
        for package in step.locked_version.packages.all():
            remove_after_commit(str(package.file.name), unless=_is_stored(package.sha256))
    extension = step.extension
    if extension.versions.exists() or _was_in_queue(extension):
        return
    if extension.image is not None:
        delete_image(extension.image)
    extension.delete()


def _is_stored(sha256: str) -> Callable[[], bool]:
    return lambda: Package.objects.filter(sha256=sha256).exists()


def _was_in_queue(extension: Extension) -> bool:
    return extension.events.filter(kind=Event.Kind.SUBMITTED).exists()
