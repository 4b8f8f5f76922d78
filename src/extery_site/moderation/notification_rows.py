"""The table of notifications: for each kind of event, who receives which one.

Rows are in the order of precedence: each user receives the first one that has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse

from extery_site.accounts.models import User
from extery_site.accounts.permissions import active_moderators
from extery_site.catalog.models import Event, Version
from extery_site.catalog.subjects import extension_subject, review_subject
from extery_site.notify.actions import Subject, followers_of

Recipients = Callable[[Event], Iterable[User]]


def owner(event: Event) -> Iterable[User]:
    """Return the owner of the extension."""
    return [event.extension.owner]


def followers(event: Event) -> Iterable[User]:
    """Return the users who follow the extension."""
    return followers_of(extension_of(event).key)


def followers_of_stable(event: Event) -> Iterable[User]:
    """Return `followers`, or no one of a beta version, which is offered to those who ask for it."""
    is_beta = event.version is not None and event.version.is_beta
    return [] if is_beta else followers(event)


def reviewers(event: Event) -> Iterable[User]:
    """Return the users who follow the review of the version, or took part in it."""
    own = Event.objects.filter(
        extension=event.extension, version_number=event.version_number, by=OuterRef("pk")
    )
    participants = User.objects.filter(Exists(own), is_active=True)
    return [*participants, *followers_of(review_of(event).key)]


def public_reviewers(event: Event) -> Iterable[User]:
    """Return `reviewers`, or no one while the version is a draft, which they cannot see."""
    is_draft = event.version is None or event.version.status == Version.Status.DRAFT
    return [] if is_draft else reviewers(event)


def moderators(event: Event) -> Iterable[User]:  # noqa: ARG001  a row of the table
    """Return all moderators."""
    return active_moderators()


def moderators_of_submitted(event: Event) -> Iterable[User]:
    """Return all moderators, or no one while the version is a draft, which is not theirs to decide."""
    is_draft = event.version is None or event.version.status == Version.Status.DRAFT
    return [] if is_draft else active_moderators()


def users_who(kind: str) -> Recipients:
    """Return a function that returns the users who caused an event of this kind before.

    Of the same version, if the event is about one.
    """

    def recipients(event: Event) -> Iterable[User]:
        earlier = Event.objects.filter(
            extension=event.extension,
            version_number=event.version_number,
            kind=kind,
            by=OuterRef("pk"),
        )
        return User.objects.filter(Exists(earlier), is_active=True)

    return recipients


def review_of(event: Event) -> Subject:
    """Return the review of the version of an event."""
    return review_subject(event.extension, event.version_number)


def extension_of(event: Event) -> Subject:
    """Return the extension of an event."""
    return extension_subject(event.extension)


def maximum_of(event: Event) -> Subject:
    """Return the suggested maximum Blender version of a version, with the page that answers it."""
    extension, number = event.extension, event.version_number
    page = reverse("publish:maximum", args=[extension.extension_id, number]) if number else ""
    return Subject(
        f"maximum {extension.extension_id} {number}",
        f"{extension.name} {number}",
        page or extension.get_absolute_url(),
    )


def _event_text(event: Event) -> str:
    return event.text


def _release_notes(event: Event) -> str:
    return event.version.release_notes if event.version else ""


@dataclass(frozen=True)
class Row:
    """A notification that an event causes."""

    kind: str
    to: Recipients
    subject: Callable[[Event], Subject] = review_of
    about: str = "{name}"
    """The subject of the headline; ``{name}`` is the extension, with the number if there is one."""
    text: Callable[[Event], str] = _event_text


def _news(about: str, *, to: Recipients = reviewers) -> Row:
    """Return the row for those who follow the review."""
    return Row("followed_review", to, about=about)


def _for_followers(about: str) -> Row:
    return Row("followed_change", followers, extension_of, about)


def _out(owner_kind: str) -> tuple[Row, ...]:
    """Return the rows for a version that became public."""
    return (
        Row(owner_kind, owner),
        Row("new_version", followers_of_stable, extension_of, text=_release_notes),
        _news("{name} is public"),
    )


def _block(owner_kind: str, about: str) -> tuple[Row, ...]:
    return (
        Row(owner_kind, owner, extension_of),
        Row("followed_block", followers, extension_of, about),
        Row("staff_block", moderators, extension_of, about),
    )


_Kind = Event.Kind

#: An empty row: the event concerns only the user who caused it, or its action notifies users itself.
EVENT_NOTIFICATIONS: dict[str, tuple[Row, ...]] = {
    _Kind.COMMENT: (Row("review_comment", owner), _news("New comment on {name}")),
    _Kind.UPLOADED: (),
    _Kind.REPLACED: (_news("{name} has a new package", to=public_reviewers),),
    _Kind.DISCARDED: (),
    _Kind.EXPIRED: (Row("draft_expired", owner),),
    _Kind.SUBMITTED: (
        Row("resubmitted", owner),
        _news("{name} was submitted again"),
        _news("{name} was submitted for review", to=followers),
        Row("submitted", moderators),
    ),
    _Kind.WITHDRAWN: (_news("{name} was withdrawn from review"),),
    _Kind.APPROVED: _out("version_approved"),
    _Kind.FIRST_APPROVED: (
        Row("review_state", owner, about="{name} is approved by the first of two moderators"),
        Row("second_needed", moderators),
        _news("{name} is approved by the first of two moderators"),
    ),
    _Kind.APPROVAL_WITHDRAWN: (
        Row("review_state", owner, about="The first approval of {name} was taken back"),
        _news("The first approval of {name} was taken back"),
    ),
    _Kind.SECOND_ASKED: (Row("second_needed", moderators),),
    _Kind.UNDONE: (),
    _Kind.CHANGES_REQUESTED: (
        Row("changes_requested", owner),
        _news("{name}: changes requested"),
    ),
    _Kind.DECLINED: (Row("version_declined", owner), _news("{name} is declined")),
    _Kind.BLOCKED: _block("extension_blocked", "{name} is blocked"),
    _Kind.UNBLOCKED: _block("extension_unblocked", "{name} is unblocked"),
    # The review.
    "tasks_done": (
        Row("review_progress", owner, about="Tasks of {name} were checked"),
        _news("Tasks of {name} were checked"),
    ),
    "finding_waived": (
        Row("review_progress", owner, about="A finding of {name} was waived"),
        _news("A finding of {name} was waived"),
    ),
    "disputed": (
        Row("disputed", moderators_of_submitted),
        _news("A finding of {name} is disputed"),
    ),
    "dispute_accepted": (
        Row("dispute_answered", owner, about="Your answer to a finding of {name} is accepted"),
        _news("A disputed finding of {name} was waived"),
    ),
    "dispute_kept": (
        Row("dispute_answered", owner, about="A finding of {name} that you dispute is kept"),
        _news("A disputed finding of {name} is kept"),
    ),
    "dispute_closed": (
        Row("review_progress", owner, about="A finding of {name} is gone"),
        _news("A disputed finding of {name} is gone"),
    ),
    "tried": (
        Row("review_progress", owner, about="{name} was tried in Blender"),
        _news("{name} was tried in Blender"),
    ),
    "reconsidered": (
        Row("review_state", owner, about="{name} is in review again after an appeal"),
        _news("{name} is in review again after an appeal"),
        Row("submitted", moderators),
    ),
    "held": (
        Row("review_state", owner, about="{name} is on hold"),
        _news("{name} is on hold"),
    ),
    "released": (
        Row("review_state", owner, about="{name} is in the queue again"),
        _news("{name} is in the queue again"),
    ),
    "hold_ended": (
        Row("review_state", owner, about="{name} is in the queue again"),
        _news("{name} is in the queue again"),
    ),
    # Public versions.
    "scheduled": (
        Row("review_state", owner, about="{name} is approved and becomes public later"),
        _news("{name} is approved and becomes public later"),
    ),
    "published": _out("version_public"),
    "published_early": _out("version_public"),
    "stopped": (
        Row("review_state", owner, about="The publication of {name} was stopped"),
        _news("The publication of {name} was stopped"),
        Row("staff_block", moderators, about="The publication of {name} was stopped"),
    ),
    "auto_scheduled": (
        Row("review_state", owner, about="{name} becomes public by itself, unless it is stopped"),
        _news("{name} becomes public by itself, unless it is stopped"),
    ),
    "auto_published": _out("version_public"),
    "auto_stopped": (
        Row("review_state", owner, about="{name} waits for a moderator again"),
        _news("{name} waits for a moderator again"),
        Row("staff_block", moderators, about="The publication of {name} was stopped"),
    ),
    "unpublished": (_for_followers("{name} is not public any more"),),
    "republished": (_for_followers("{name} is public again"),),
    "package_removed": (_news("{name} has a package less", to=public_reviewers),),
    "promoted": (
        Row("new_version", followers, extension_of, text=_release_notes),
        _news("{name} is stable"),
    ),
    "version_blocked": _block("extension_blocked", "{name} is blocked"),
    "version_unblocked": _block("extension_unblocked", "{name} is unblocked"),
    # The scanner.
    "quarantined": (
        Row("malware_found", owner, about="A package of {name} is in quarantine"),
        Row("staff_malware", moderators_of_submitted, about="A package of {name} is in quarantine"),
    ),
    "scan_blocked": _block("extension_blocked", "{name} is blocked"),
    "released_from_quarantine": (
        Row("review_state", owner, about="A package of {name} was released from quarantine"),
        Row("staff_block", moderators, about="A package of {name} was released from quarantine"),
    ),
    "maximum_suggested": (Row("maximum_suggested", owner, maximum_of),),
    "maximum_withdrawn": (),
    "maximum_set": (
        Row("maximum_changed", owner, maximum_of, "{name} has a maximum Blender version"),
        Row(
            "maximum_answered",
            users_who("maximum_suggested"),
            maximum_of,
            "{name} has a maximum Blender version",
        ),
    ),
    "maximum_declined": (
        Row(
            "maximum_answered",
            users_who("maximum_suggested"),
            maximum_of,
            "Your suggestion for {name} was declined",
        ),
    ),
    "maximum_removed": (),
    # Extensions.
    "unlisted": (_for_followers("{name} is unlisted"),),
    "listed": (_for_followers("{name} is listed again"),),
    "deprecated": (_for_followers("{name} is deprecated"),),
    "undeprecated": (_for_followers("{name} is not deprecated any more"),),
    "deletion_planned": (_for_followers("{name} will be deleted"),),
    "deletion_cancelled": (_for_followers("{name} will not be deleted"),),
    "deleted": (_for_followers("{name} was deleted"),),
    "deleted_as_planned": (
        Row("extension_changed", owner, extension_of, "{name} was deleted, as planned"),
        _for_followers("{name} was deleted"),
    ),
    "restored": (
        Row("extension_changed", owner, extension_of, "{name} was restored"),
        _for_followers("{name} was restored"),
    ),
    "erased": (Row("extension_changed", owner, extension_of, "The content of {name} was erased"),),
    "handover_offered": (),
    "handover_withdrawn": (),
    "handover_accepted": (
        Row(
            "extension_changed",
            users_who("handover_offered"),
            extension_of,
            "{name} has its new owner",
        ),
        _for_followers("{name} has a new owner"),
    ),
    "handover_refused": (
        Row("extension_changed", owner, extension_of, "The hand-over of {name} was refused"),
    ),
    "rating_hidden": (
        Row("extension_changed", owner, extension_of, "A rating of {name} was hidden"),
    ),
    "rating_shown": (
        Row("extension_changed", owner, extension_of, "A rating of {name} is shown again"),
    ),
}

_AFTER_THE_REVIEW = (
    *(_Kind.SUBMITTED, _Kind.WITHDRAWN, _Kind.APPROVED, _Kind.DECLINED, "scheduled"),
    *("auto_scheduled", "auto_published"),
    # They end a first approval, so no second one is needed.
    *(_Kind.CHANGES_REQUESTED, _Kind.HELD, _Kind.APPROVAL_WITHDRAWN),
    *(_Kind.DISCARDED, _Kind.EXPIRED),
)
_AFTER_THE_SUGGESTION = ("maximum_set", "maximum_declined", "maximum_withdrawn")
#: What is asked of no one any more after an event of a kind; its own notification may ask again.
SETTLED: dict[str, Callable[[Event], Subject]] = {
    **dict.fromkeys(_AFTER_THE_REVIEW, review_of),
    **dict.fromkeys(_AFTER_THE_SUGGESTION, maximum_of),
}
