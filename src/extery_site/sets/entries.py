"""Actions of owners on the entries of their sets: add, change, remove, order.

Each locks the set, so that of simultaneous changes one comes after the other. Each can be repeated: the result is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Where
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog.models import Extension, ExtensionQuerySet, Version
from extery_site.catalog.text_limits import MAX_NUMBER_LENGTH, clean_text
from extery_site.sets.actions import lock_set, use_changes
from extery_site.sets.models import ExtensionSet, SetEntry
from extery_site.sets.texts import clean_note


def find_addable(extension_id: str, user: AnyUser) -> Extension:
    """Return the extension with an id, which can be added to a set; it has its owner.

    Raises `NotFound` if ``user`` cannot see it, and `Conflict` if it is not public: what is not listed anywhere must not
    become known by a set.
    """
    visible = _with_id(extension_id).visible_to(user)
    found = visible.select_related("owner").first()
    if found is None:
        raise NotFound.of("request.not-found", variant="extension", id=extension_id[:100])
    if not found.is_public or found.is_unlisted:
        raise Conflict.of("set.not-public", id=found.extension_id)
    return found


@transaction.atomic
def add_extension(
    *,
    set_: ExtensionSet,
    by: AnyUser,
    extension_id: str,
    note: str = "",
    version: str = "",
    address: str | None = None,
) -> SetEntry:
    """Add an extension at the end of a set; one that is there already stays as it is.

    ``version`` pins a version: the set has that one, also if there is a newer one.
    """
    user = require_user(by)
    set_ = lock_set(set_, user)
    extension = find_addable(extension_id, user)
    present = set_.entries.filter(extension=extension).first()
    if present is not None:
        return present
    limit: int = settings.EXTERY_EXTENSIONS_PER_SET
    if set_.entries.count() >= limit:
        raise Conflict.of("set.full", title=set_.title, limit=limit)
    note, pinned = clean_note(note), _public_version(extension, version)
    use_changes(user, address)
    last = set_.entries.aggregate(last=Max("place"))["last"]
    entry = SetEntry.objects.create(
        set=set_,
        extension=extension,
        place=0 if last is None else last + 1,
        note=note,
        version=pinned,
        version_number=pinned.number if pinned else "",
    )
    _count_change(set_)
    return entry


@transaction.atomic
def change_entry(
    *,
    set_: ExtensionSet,
    by: AnyUser,
    extension_id: str,
    note: str | None = None,
    version: str | None = None,
    address: str | None = None,
) -> SetEntry:
    """Change the note or the pinned version of an entry, and return it; an empty version ends the pin.

    A pin that is not changed stays, even if the version is not public any more.
    """
    user = require_user(by)
    set_ = lock_set(set_, user)
    entry = _entry(set_, extension_id)
    note = entry.note if note is None else clean_note(note)
    pinned, number = entry.version, entry.version_number
    if version is not None and version != number:
        pinned = _public_version(entry.extension, version)
        number = pinned.number if pinned else ""
    if (note, number) == (entry.note, entry.version_number):
        return entry
    use_changes(user, address)
    entry.note, entry.version, entry.version_number = note, pinned, number
    entry.save(update_fields=["note", "version", "version_number"])
    _count_change(set_)
    return entry


@transaction.atomic
def remove_extension(*, set_: ExtensionSet, by: AnyUser, extension_id: str) -> None:
    """Remove an extension from a set, if it is there."""
    set_ = lock_set(set_, require_user(by))
    entries = set_.entries.filter(extension__in=_with_id(extension_id))
    if entries.delete()[0]:
        _count_change(set_)


@transaction.atomic
def remove_entry(*, set_: ExtensionSet, by: AnyUser, entry: int) -> None:
    """Remove the entry with this key, if the set has it: of an extension that the user does not see any more."""
    set_ = lock_set(set_, require_user(by))
    if set_.entries.filter(pk=entry).delete()[0]:
        _count_change(set_)


@transaction.atomic
def move_extension(
    *, set_: ExtensionSet, by: AnyUser, extension_id: str, direction: Literal["up", "down"]
) -> None:
    """Exchange an entry with the one before or after it; the first and the last one stay where they are.

    It is about the current order, so another tab cannot have made it outdated.
    """
    set_ = lock_set(set_, require_user(by))
    entry = _entry(set_, extension_id)
    keys = list(set_.entries.in_order().values_list("pk", flat=True))
    at = keys.index(entry.pk)
    other = at - 1 if direction == "up" else at + 1
    if 0 <= other < len(keys):
        keys[at], keys[other] = keys[other], keys[at]
        _write_order(set_, keys)


@transaction.atomic
def order_extensions(
    *, set_: ExtensionSet, by: AnyUser, extension_ids: Sequence[str], revision: int | None = None
) -> None:
    """Give the entries the order of these ids; those of extensions that the user does not see any more come last.

    Raises `Conflict` if the set has other extensions, or another revision than the ``revision`` in which they were read.
    """
    user = require_user(by)
    set_ = lock_set(set_, user)
    rows = set_.entries.in_order().values_list("extension_id", "extension__extension_id", "pk")
    visible = set(
        Extension.objects.visible_to(user)
        .filter(pk__in=[extension for extension, _, _ in rows])
        .values_list("pk", flat=True)
    )
    keys = {id_: key for extension, id_, key in rows if extension in visible}
    is_changed = revision is not None and revision != set_.revision
    if is_changed or len(extension_ids) != len(keys) or set(extension_ids) != set(keys):
        raise Conflict.of("set.changed", title=set_.title)
    unseen = [key for extension, _, key in rows if extension not in visible]
    _write_order(set_, [*(keys[one] for one in extension_ids), *unseen])


def _with_id(extension_id: str) -> ExtensionQuerySet:
    """Return the extension with an id from a form; none for an id with characters that a database rejects."""
    if not extension_id.isprintable():
        return Extension.objects.none()
    return Extension.objects.with_id(extension_id)


def _entry(set_: ExtensionSet, extension_id: str) -> SetEntry:
    same = set_.entries.filter(extension__in=_with_id(extension_id))
    entry = same.select_related("extension", "version").first()
    if entry is None:
        raise NotFound.of("request.not-found", variant="set-entry", id=extension_id[:100])
    return entry


def _public_version(extension: Extension, number: str) -> Version | None:
    if not number:
        return None
    number = clean_text(number, field="version", max_length=MAX_NUMBER_LENGTH)
    version = extension.versions.approved().filter(number=number).first()
    if version is None:
        raise InvalidInput.of(
            "set.unknown-version",
            where=Where(path=("version",)),
            id=extension.extension_id,
            version=number,
        )
    return version


def _write_order(set_: ExtensionSet, keys: Sequence[int]) -> None:
    entries = set_.entries.in_bulk(keys)
    moved = []
    for place, key in enumerate(keys):
        if entries[key].place != place:
            entries[key].place = place
            moved.append(entries[key])
    if moved:
        SetEntry.objects.bulk_update(moved, ["place"], batch_size=200)
        _count_change(set_)


def _count_change(set_: ExtensionSet) -> None:
    """Count a change of the entries: what is kept of the earlier ones, such as the listing, is outdated."""
    now = timezone.now()
    ExtensionSet.objects.filter(pk=set_.pk).update(revision=F("revision") + 1, updated_at=now)
