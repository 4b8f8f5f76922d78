"""Ids that cannot be published: those of a setting, those of deleted extensions, and those that moderators add."""

from __future__ import annotations

import re

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused, Where
from extery.manifest.document import MANIFEST_FILENAME
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.models import Extension, normalize_id
from extery_site.catalog.text_limits import clean_text
from extery_site.project.database import lock_transaction
from extery_site.publish.models import ReservedId
from extery_site.ui.short_text import check_short_text

MAX_ID_LENGTH = 100
MAX_RESERVED_REASON_LENGTH = 200
#: What an id can be in a manifest; Blender itself accepts any Python identifier.
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def lock_id(extension_id: str) -> None:
    """Lock an id, whether it is in use or not, until the transaction ends."""
    lock_transaction(f"extension {normalize_id(extension_id)}")


def check_not_reserved(extension_id: str) -> None:
    """Raise `Refused` for an id that the setting or a moderator has reserved, in any case or Unicode form."""
    key = normalize_id(extension_id)
    configured = {normalize_id(reserved) for reserved in settings.EXTERY_RESERVED_IDS}
    if key in configured or ReservedId.objects.filter(id_key=key).exists():
        raise Refused.of(
            "upload.id-reserved", where=Where(MANIFEST_FILENAME, ("id",)), id=extension_id
        )


@transaction.atomic
def reserve_id(*, extension_id: str, by: AnyUser, reason: str) -> ReservedId:
    """Reserve an id that no extension has; raises `Conflict` if one has it, or it is reserved already."""
    moderator = require_moderator(by)
    extension_id = clean_text(extension_id, field="id", max_length=MAX_ID_LENGTH)
    if not _IDENTIFIER.fullmatch(extension_id):
        raise InvalidInput.of("reserved.bad-id", where=Where(path=("id",)), id=extension_id)
    reason = clean_text(reason, field="reason", max_length=MAX_RESERVED_REASON_LENGTH)
    check_short_text(reason, field="reason")
    if not reason:
        raise InvalidInput.of("reserved.reason-missing", where=Where(path=("reason",)))
    lock_id(extension_id)
    key = normalize_id(extension_id)
    existing = Extension.objects.with_id(extension_id).first()
    if existing is not None:
        variant = "deleted" if existing.is_deleted else ""
        raise Conflict.of("reserved.in-use", variant=variant, id=existing.extension_id)
    reserved, is_new = ReservedId.objects.get_or_create(
        id_key=key, defaults={"reason": reason, "by": moderator}
    )
    if not is_new:
        raise Conflict.of("reserved.in-use", variant="reserved", id=key, reason=reserved.reason)
    _record(Action.ID_RESERVED, reserved, moderator)
    return reserved


@transaction.atomic
def free_id(*, reserved: ReservedId, by: AnyUser) -> None:
    """Let everyone use a reserved id again; raises `NotFound` if it is not reserved any more."""
    moderator = require_moderator(by)
    number, _ = ReservedId.objects.filter(pk=reserved.pk).delete()
    if not number:
        raise NotFound.of("request.not-found", variant="deleted", name=reserved.id_key)
    _record(Action.ID_FREED, reserved, moderator)


def _record(action: Action, reserved: ReservedId, by: User) -> None:
    write_entry(
        action,
        by=by,
        subject=reserved.id_key,
        path=reverse("publish:reserved"),
        text=reserved.reason,
    )
