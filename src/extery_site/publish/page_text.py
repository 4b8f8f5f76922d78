"""The texts of a page while a version of it is prepared.

They belong to the extension. While another version is public, a draft of them is kept with the version, and takes their
place when it is the version that the page shows. Two tabs do not overwrite each other: who saves says on which text that
is based.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction

from extery.core.errors import Conflict, InvalidInput, Problem, Where
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog import locking
from extery_site.catalog.metadata import safe_url
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.search_documents import update_document
from extery_site.catalog.text_limits import MAX_TEXT_LENGTH, MAX_URL_LENGTH, clean_text
from extery_site.publish.models import PageDraft
from extery_site.ui.short_text import check_short_text

#: Fields of the extension, which a draft of its page has, too.
PAGE_FIELDS = ("description", "website", "support_url")
FIELDS = (*PAGE_FIELDS, "release_notes")


class PageText(NamedTuple):
    """The texts of a page as they will be with a version."""

    description: str
    website: str
    support_url: str
    release_notes: str

    @property
    def stamps(self) -> dict[str, str]:
        """What identifies the present text of each field, for `save_page`."""
        return {name: stamp_of(value) for name, value in self._asdict().items()}


def stamp_of(text: str) -> str:
    """Return what identifies a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def page_draft_of(version: Version) -> PageDraft | None:
    """Return the draft of a version's page, if it differs from the public one."""
    return PageDraft.objects.filter(version=version).first()


def page_text(version: Version) -> PageText:
    """Return the texts of the page as they will be with this version."""
    source: PageDraft | Extension = page_draft_of(version) or version.extension
    return PageText(source.description, source.website, source.support_url, version.release_notes)


def waits_for_version(version: Version) -> bool:
    """Whether texts are kept with the version: another one is public, whose page stays as it is until then."""
    return version.extension.newest_version_id not in (None, version.pk)


@transaction.atomic
def save_page(
    *, version: Version, by: AnyUser, texts: Mapping[str, str], based_on: Mapping[str, str]
) -> PageText:
    """Save fields of `FIELDS`; returns all texts.

    ``based_on`` has the stamps of the texts that were changed. Raises `Conflict` with a problem for each field that
    someone else has changed since, and `InvalidInput` for a wrong text; nothing is saved then.
    """
    extension = locking.lock_owned_extension(version.extension, by)
    locking.require_not_blocked(extension)
    locked = locking.lock_editable_version(version, extension)
    texts = {name: _cleaned(name, text) for name, text in texts.items() if name in FIELDS}
    before = page_text(locked)._asdict()
    others = [
        Problem.of("submit.edited-elsewhere", where=Where(path=(name,)), field=name)
        for name, text in texts.items()
        if name in based_on and based_on[name] != stamp_of(before[name]) and text != before[name]
    ]
    if others:
        raise Conflict(*others)
    changed = {name: text for name, text in texts.items() if text != before[name]}
    if "release_notes" in changed:
        locked.release_notes, locked.notes_source = changed.pop("release_notes"), ""
        locked.save()
    if changed:
        _write(locked, extension, {**before, **changed})
    return page_text(locked)


def _write(version: Version, extension: Extension, texts: Mapping[str, str]) -> None:
    values = {name: texts[name] for name in PAGE_FIELDS}
    if waits_for_version(version):
        if all(getattr(extension, name) == value for name, value in values.items()):
            PageDraft.objects.filter(version=version).delete()
        else:
            PageDraft.objects.update_or_create(version=version, defaults=values)
        return
    _apply(extension, values)


def _apply(extension: Extension, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        setattr(extension, name, value)
    extension.save()
    update_document(extension)


def follow_event(event: Event) -> None:
    """Put the draft of a page in the place of the public one when its version is the one that the page shows."""
    version = event.version
    if version is None or not version.is_public:
        return
    if event.extension.newest_version_id != version.pk:
        return
    draft = page_draft_of(version)
    if draft is not None:
        _apply(event.extension, {name: getattr(draft, name) for name in PAGE_FIELDS})
        draft.delete()


def _cleaned(name: str, text: str) -> str:
    if name in ("website", "support_url"):
        text = check_short_text(clean_text(text, field=name, max_length=MAX_URL_LENGTH), field=name)
        if text and not safe_url(text):
            raise InvalidInput.of("submit.bad-url", where=Where(path=(name,)), url=text[:80])
        return text
    return clean_text(text.replace("\r\n", "\n"), field=name, max_length=MAX_TEXT_LENGTH)
