"""Which users an event of the life cycle notifies: one table, a row for each kind of event.

`extery_site.catalog.lifecycle` calls `notify_users` with every event, because it is in
`extery_site.project.event_handlers`. Every user receives the first row that has them, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.catalog.subjects import extension_subject, review_subject
from extery_site.notify.actions import Subject, followers_of, notify, settle

Recipients = Callable[[Event], Iterable[User]]


def owner(event: Event) -> Iterable[User]:
    """Return the owner of the extension."""
    return [event.extension.owner]


def followers(event: Event) -> Iterable[User]:
    """Return the users who follow the extension."""
    return followers_of(extension_subject(event.extension).key)


def reviewers(event: Event) -> Iterable[User]:
    """Return the users who follow the review of the version, or took part in it."""
    own = Event.objects.filter(
        extension=event.extension, version_number=event.version_number, by=OuterRef("pk")
    )
    participants = User.objects.filter(Exists(own), is_active=True)
    return [*participants, *followers_of(_review(event).key)]


def public_reviewers(event: Event) -> Iterable[User]:
    """Return `reviewers`, or no one while the version is a draft, which they cannot see."""
    is_draft = event.version is None or event.version.status == Version.Status.DRAFT
    return [] if is_draft else reviewers(event)


def moderators(event: Event) -> Iterable[User]:  # noqa: ARG001  a row of the table
    """Return all moderators."""
    return User.objects.filter(Q(is_moderator=True) | Q(is_superuser=True), is_active=True)


def _review(event: Event) -> Subject:
    return review_subject(event.extension, event.version_number)


def _extension(event: Event) -> Subject:
    return extension_subject(event.extension)


def _event_text(event: Event) -> str:
    return event.text


def _release_notes(event: Event) -> str:
    return event.version.release_notes if event.version else ""


@dataclass(frozen=True)
class Row:
    """A notification that an event causes."""

    kind: str
    to: Recipients
    subject: Callable[[Event], Subject] = _review
    about: str = "{name}"
    """The subject of the headline; ``{name}`` is the extension, with the number if there is one."""
    text: Callable[[Event], str] = _event_text


_Kind = Event.Kind

#: An empty row: the event concerns only the user who caused it.
EVENT_NOTIFICATIONS: dict[Event.Kind, tuple[Row, ...]] = {
    _Kind.COMMENT: (
        Row("review_comment", owner),
        Row("followed_review", reviewers, about="New comment on {name}"),
    ),
    _Kind.UPLOADED: (),
    _Kind.REPLACED: (Row("followed_review", public_reviewers, about="{name} has a new package"),),
    _Kind.DISCARDED: (),
    _Kind.EXPIRED: (Row("draft_expired", owner),),
    _Kind.SUBMITTED: (
        Row("followed_review", reviewers, about="{name} was submitted again"),
        Row("followed_review", followers, about="{name} was submitted for review"),
        Row("submitted", moderators),
    ),
    _Kind.WITHDRAWN: (Row("followed_review", reviewers, about="{name} was withdrawn from review"),),
    _Kind.APPROVED: (
        Row("version_approved", owner),
        Row("new_version", followers, _extension, text=_release_notes),
        Row("followed_review", reviewers, about="{name} is approved"),
    ),
    _Kind.CHANGES_REQUESTED: (
        Row("changes_requested", owner),
        Row("followed_review", reviewers, about="{name}: changes requested"),
    ),
    _Kind.DECLINED: (
        Row("version_declined", owner),
        Row("followed_review", reviewers, about="{name} is declined"),
    ),
    _Kind.BLOCKED: (
        Row("extension_blocked", owner, _extension),
        Row("followed_block", followers, _extension, about="{name} is blocked"),
        Row("staff_block", moderators, _extension, about="{name} is blocked"),
    ),
    _Kind.UNBLOCKED: (
        Row("extension_unblocked", owner, _extension),
        Row("followed_block", followers, _extension, about="{name} is unblocked"),
        Row("staff_block", moderators, _extension, about="{name} is unblocked"),
    ),
}

#: After these, nothing is asked of the owner in the review any more.
SETTLING = frozenset(
    {
        *(_Kind.SUBMITTED, _Kind.WITHDRAWN, _Kind.APPROVED, _Kind.DECLINED),
        *(_Kind.DISCARDED, _Kind.EXPIRED),
    }
)


def notify_users(event: Event) -> None:
    """Notify the users whom an event concerns, in its transaction; never the one who caused it."""
    kind = Event.Kind(event.kind)
    if kind in SETTLING:
        settle(_review(event).key)
    name = f"{event.extension.name} {event.version_number}".rstrip()
    notified = {event.by_id}
    for row in EVENT_NOTIFICATIONS[kind]:
        users = {user.pk: user for user in row.to(event) if user.pk not in notified}
        notified |= set(users)
        if users:
            notify(
                row.kind,
                to=users.values(),
                subject=row.subject(event),
                by=event.by,
                text=row.text(event),
                about=row.about.format(name=name),
            )
