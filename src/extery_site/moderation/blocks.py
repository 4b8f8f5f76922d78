"""Blocks of extensions and of single versions; those of widely used ones need a second moderator.

Each action locks the extension first, then the request or the versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, active_moderators, require_moderator
from extery_site.audit.actions import Action
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.locking import lock_extension
from extery_site.catalog.models import Event, Extension, Version, VersionQuerySet
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.subjects import extension_subject
from extery_site.catalog.text_limits import (
    MAX_BLOCK_REASON_LENGTH,
    MAX_REASON_LENGTH,
    clean_text,
)
from extery_site.moderation import automatic
from extery_site.moderation.audit_rows import record_action
from extery_site.moderation.models.block_request import BlockRequest, BlockRequestQuerySet
from extery_site.notify.actions import notify

#: How long downloads stay stopped while a block waits for a second moderator.
STOP = timedelta(hours=24)
#: Events with which a version becomes public.
_PUBLISHING = frozenset(
    {
        *(Event.Kind.APPROVED, Event.Kind.PUBLISHED, Event.Kind.PUBLISHED_EARLY),
        Event.Kind.AUTO_PUBLISHED,
    }
)

_RECORDED = {
    BlockRequest.State.CONFIRMED: Action.BLOCK_CONFIRMED,
    BlockRequest.State.REFUSED: Action.BLOCK_REFUSED,
    BlockRequest.State.TAKEN_BACK: Action.BLOCK_TAKEN_BACK,
}


def blockable_versions(extension: Extension) -> VersionQuerySet:
    """Return the versions that can be blocked, newest first: those that are or were public."""
    versions: VersionQuerySet = extension.versions.filter(
        status__in=transitions.BLOCK_VERSION.sources
    )
    return versions.newest_first()


def downloads_of(versions: Sequence[Version]) -> int:
    """Return how often the packages of versions were downloaded; reads `Version.packages`."""
    return sum(package.download_count for version in versions for package in version.packages.all())


def needs_second_moderator(downloads: int) -> bool:
    """Whether a block of something with so many downloads needs a second moderator."""
    limit: int | None = settings.EXTERY_BLOCK_ALONE
    return limit is not None and downloads > limit and not settings.EXTERY_OWN_DECISIONS


def downloads_of_block(extension: Extension, numbers: Sequence[str]) -> int:
    """Return the downloads of what a block is about: versions, or without them the extension."""
    if not numbers:
        return extension.download_count
    versions = extension.versions.filter(number__in=numbers).with_packages()
    return downloads_of(list(versions))


def block(
    *, extension: Extension, by: AnyUser, reason: str, numbers: Sequence[str] = ()
) -> list[Event]:
    """Block versions, or without ``numbers`` the whole extension; returns the events.

    Raises `Refused` if a second moderator is needed: then `ask_for_block`.
    """
    user = require_moderator(by)
    reason = _clean_reason(reason)
    with transaction.atomic():
        extension = lock_extension(extension)
        if needs_second_moderator(downloads_of_block(extension, numbers)):
            raise Refused.of("review.second-moderator", extension=extension.name)
        events = _block(extension, numbers, reason, user)
        if not numbers:
            # It answers an open request about the extension.
            for request in _open_requests(extension).select_for_update():
                request.extension = extension
                _close(request, BlockRequest.State.CONFIRMED, user)
    return events


def ask_for_block(
    *,
    extension: Extension,
    by: AnyUser,
    reason: str,
    numbers: Sequence[str] = (),
    note: str = "",
    stop_downloads: bool = False,
) -> BlockRequest:
    """Ask another moderator for a block; with ``stop_downloads``, nothing is downloaded until then.

    Versions that would become public without a moderator return to the queue.
    Raises `Conflict` if a request is open, and for something that cannot be blocked now.
    """
    user = require_moderator(by)
    reason = _clean_reason(reason)
    note = clean_text(note, field="note", max_length=MAX_REASON_LENGTH)
    with transaction.atomic():
        extension = lock_extension(extension)
        if extension.is_blocked:
            raise Conflict.of(
                "review.wrong-status", variant="already-blocked", extension=extension.name
            )
        _require_blockable(extension, numbers)
        if _open_requests(extension).exists():
            raise Conflict.of("review.block-requested", extension=extension.name)
        request = BlockRequest.objects.create(
            extension=extension, numbers=list(numbers), reason=reason, note=note, asked_by=user
        )
        if stop_downloads:
            _stop_downloads(extension, numbers, stop=True)
        for version in automatic.planned_of(extension.pk):
            automatic.stop_if_needed(version)
        record_action(Action.BLOCK_ASKED, by=user, extension=extension, version=None, text=reason)
        others = active_moderators().exclude(pk=user.pk)
        _notify(request, others, user, "a block needs a second moderator", reason)
    return request


def stop_new_downloads(event: Event) -> None:
    """Stop the downloads of a version that becomes public while those of its extension are stopped.

    An event handler. A request about single versions is about no other one.
    """
    version, extension = event.version, event.extension
    if event.kind not in _PUBLISHING or version is None:
        return
    request = _open_requests(extension).first()
    if request is None or request.numbers:
        return
    others = extension.versions.exclude(pk=version.pk)
    version.downloads_stopped_until = others.aggregate(last=Max("downloads_stopped_until"))["last"]
    version.save(update_fields=["downloads_stopped_until"])


def confirm_block(*, request: BlockRequest, by: AnyUser) -> list[Event]:
    """Block what another moderator has asked for; the event is by the one who confirms."""
    user = require_moderator(by)
    with transaction.atomic():
        request = _lock(request)
        if request.asked_by_id == user.pk:
            raise Refused.of("permission.second-moderator", extension=request.extension.name)
        events = _block(request.extension, request.numbers, request.reason, user)
        _close(request, BlockRequest.State.CONFIRMED, user)
    return events


def refuse_block(*, request: BlockRequest, by: AnyUser, answer: str) -> BlockRequest:
    """Refuse a block that another moderator has asked for, with a reason; downloads continue."""
    user = require_moderator(by)
    answer = clean_text(answer, field="answer", max_length=MAX_REASON_LENGTH)
    if not answer:
        raise InvalidInput.of("review.reason-missing", where=Where(path=("answer",)))
    with transaction.atomic():
        request = _lock(request)
        if request.asked_by_id == user.pk:
            raise Refused.of("permission.second-moderator", extension=request.extension.name)
        require_work_of_others(user, request.extension)
        _close(request, BlockRequest.State.REFUSED, user, answer)
        _notify(request, [request.asked_by], user, "the block was refused", answer)
    return request


def take_back_request(*, request: BlockRequest, by: AnyUser) -> BlockRequest:
    """Take back one's own request; downloads continue."""
    user = require_moderator(by)
    with transaction.atomic():
        request = _lock(request)
        if request.asked_by_id != user.pk:
            raise Refused.of("permission.own-request", extension=request.extension.name)
        _close(request, BlockRequest.State.TAKEN_BACK, user)
    return request


def _block(extension: Extension, numbers: Sequence[str], reason: str, by: User) -> list[Event]:
    """Block an extension or versions; those that are blocked already stay as they are."""
    if not numbers:
        with lifecycle.transition(
            transitions.BLOCK, extension=extension, by=by, text=reason
        ) as pending:
            pending.extension.block_reason = reason
        return [pending.event]
    events = []
    for version in _require_blockable(extension, numbers):
        with lifecycle.transition(
            transitions.BLOCK_VERSION, version=version, by=by, text=reason
        ) as pending:
            pending.version.block_reason = reason
        events.append(pending.event)
    return events


def _require_blockable(extension: Extension, numbers: Sequence[str]) -> list[Version]:
    """Return the versions to block; raises `Conflict` if one cannot be blocked, or none is left."""
    if not numbers:
        return []
    versions = {
        version.number: version
        for version in extension.versions.filter(number__in=numbers).select_related("extension")
    }
    for number in numbers:
        if number not in versions:
            raise Conflict.of("review.version-discarded", version=number[:100])
    chosen = [version for version in versions.values() if not version.is_blocked]
    for version in chosen or versions.values():
        if version.status not in transitions.BLOCK_VERSION.sources:
            raise Conflict.of(
                "review.wrong-status",
                variant="other",
                extension=extension.name,
                version=version.number,
                status=version.get_status_display(),
            )
    return chosen


def _open_requests(extension: Extension) -> BlockRequestQuerySet:
    return BlockRequest.objects.filter(extension=extension).open()


def _lock(request: BlockRequest) -> BlockRequest:
    """Return the current request, locked with its extension; raises `Conflict` if it is closed."""
    extension = lock_extension(request.extension)
    locked = BlockRequest.objects.select_for_update().get(pk=request.pk)
    locked.extension = extension
    if not locked.is_open:
        raise Conflict.of(
            "review.block-request-closed",
            extension=extension.name,
            status=locked.get_state_display(),
        )
    return locked


def _close(request: BlockRequest, state: BlockRequest.State, by: User, answer: str = "") -> None:
    request.state = state
    request.decided_by, request.decided_at, request.answer = by, timezone.now(), answer
    request.save()
    record_action(
        _RECORDED[state], by=by, extension=request.extension, person=request.asked_by, text=answer
    )
    _stop_downloads(request.extension, (), stop=False)


def _stop_downloads(extension: Extension, numbers: Sequence[str], *, stop: bool) -> None:
    """Stop the downloads of versions for a day, or let them continue; no ``numbers`` are all."""
    versions = extension.versions.all()
    if numbers:
        versions = versions.filter(number__in=numbers)
    versions.update(downloads_stopped_until=timezone.now() + STOP if stop else None)


def _notify(request: BlockRequest, to: Iterable[User], by: User, about: str, text: str) -> None:
    extension = request.extension
    notify(
        "staff_block",
        to=to,
        subject=extension_subject(extension),
        by=by,
        text=text,
        url=reverse("moderation:block", args=[extension.extension_id]),
        about=f"{extension.name}: {about}",
    )


def _clean_reason(reason: str) -> str:
    reason = clean_text(reason, field="reason", max_length=MAX_BLOCK_REASON_LENGTH)
    if not reason:
        raise InvalidInput.of("review.reason-missing", where=Where(path=("reason",)))
    return reason
