"""What owners do with a published extension: unlist it, list it again, deprecate it.

An unlisted extension is left out of pages and searches. Its page, its packages and the listing that
Blender reads stay, because Blender has no other list for updates.
"""

from __future__ import annotations

from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Where
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Extension
from extery_site.catalog.text_limits import (
    MAX_DEPRECATION_NOTE_LENGTH,
    MAX_REASON_LENGTH,
    clean_text,
)
from extery_site.ui.short_text import check_short_text


def unlist(*, extension: Extension, by: AnyUser, reason: str = "") -> Extension:
    """Leave a published extension out of pages and searches; raises `Conflict` if it is already."""
    text = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    with lifecycle.transition(transitions.UNLIST, extension=extension, by=by, text=text) as pending:
        _require(not pending.extension.is_unlisted, pending.extension, "unlisted")
        pending.extension.unlisted_at = timezone.now()
    return pending.extension


def list_again(*, extension: Extension, by: AnyUser) -> Extension:
    """Show an unlisted extension on pages and in searches again; raises `Conflict` if it is listed."""
    with lifecycle.transition(transitions.LIST, extension=extension, by=by) as pending:
        _require(pending.extension.is_unlisted, pending.extension, "listed")
        pending.extension.unlisted_at = None
    return pending.extension


def deprecate(
    *, extension: Extension, by: AnyUser, note: str = "", replacement: str = ""
) -> Extension:
    """Mark a published extension as no longer maintained.

    Its page shows ``note`` and links to the public extension with the id ``replacement``. Raises
    `InvalidInput` for an unsuitable replacement, `Conflict` if it is deprecated already.
    """
    note = clean_text(note, field="note", max_length=MAX_DEPRECATION_NOTE_LENGTH)
    check_short_text(note, field="note")
    with lifecycle.transition(
        transitions.DEPRECATE, extension=extension, by=by, text=note
    ) as pending:
        _require(not pending.extension.is_deprecated, pending.extension, "deprecated")
        pending.extension.replacement = _find_replacement(pending.extension, replacement.strip())
        pending.extension.deprecated_at = timezone.now()
        pending.extension.deprecation_note = note
    return pending.extension


def undeprecate(*, extension: Extension, by: AnyUser) -> Extension:
    """End the deprecation of an extension; raises `Conflict` if it is not deprecated."""
    with lifecycle.transition(transitions.UNDEPRECATE, extension=extension, by=by) as pending:
        _require(pending.extension.is_deprecated, pending.extension, "not-deprecated")
        pending.extension.deprecated_at = None
        pending.extension.deprecation_note = ""
        pending.extension.replacement = None
    return pending.extension


def _find_replacement(extension: Extension, extension_id: str) -> Extension | None:
    if not extension_id:
        return None
    found = Extension.objects.browsable().with_id(extension_id).first()
    variant = None
    if found is None:
        variant = ""
    elif found.pk == extension.pk:
        variant = "itself"
    elif found.is_deprecated:
        variant = "deprecated"
    if variant is not None:
        where = Where(path=("replacement",))
        raise InvalidInput.of(
            "manage.replacement", where=where, variant=variant, id=extension_id[:100]
        )
    return found


def _require(condition: bool, extension: Extension, variant: str) -> None:
    if not condition:
        raise Conflict.of(
            "manage.wrong-status",
            variant=variant,
            extension=extension.name,
            status=extension.get_status_display(),
        )
