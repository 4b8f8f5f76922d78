"""Events of an extension: its review thread and its audit log."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_NUMBER_LENGTH, MAX_REASON_LENGTH


def kind_choices() -> list[tuple[str, str]]:
    """Return the choices of `Event.kind`; as a function, so that a new kind needs no migration."""
    return Event.Kind.choices


class EventQuerySet(models.QuerySet["Event"]):
    def decisions(self) -> EventQuerySet:
        """Return decisions of moderators."""
        return self.filter(kind__in=DECISION_KINDS)

    def standing(self) -> EventQuerySet:
        """Return events without decisions that were taken back, and without the taking back."""
        decision = Event.objects.filter(
            extension=models.OuterRef("extension"),
            version_number=models.OuterRef("version_number"),
            kind__in=UNDOABLE_KINDS,
            pk__lt=models.OuterRef("pk"),
        ).order_by("-pk")
        undone = Event.objects.filter(kind=Event.Kind.UNDONE).annotate(
            decision=models.Subquery(decision.values("pk")[:1])
        )
        taken_back = undone.filter(decision__isnull=False).order_by().values("decision")
        return self.exclude(kind=Event.Kind.UNDONE).exclude(pk__in=taken_back)

    def about_version(self, number: str) -> EventQuerySet:
        """Return the events of the version with ``number``, and those that concern all versions."""
        return self.filter(version_number__in=(number, ""))

    def in_order(self) -> EventQuerySet:
        """Sort events by time, oldest first."""
        return self.order_by("created_at", "pk")


class Event(models.Model):
    """A transition, an upload or a comment.

    Only `extery_site.catalog.lifecycle` writes events, in the transaction of the change, and calls
    its `event_handlers` with them.
    """

    class Kind(models.TextChoices):
        COMMENT = "comment", "Comment"
        UPLOADED = "uploaded", "Package uploaded"
        REPLACED = "replaced", "Package replaced"
        DISCARDED = "discarded", "Version discarded"
        EXPIRED = "expired", "Draft expired"
        SUBMITTED = "submitted", "Submitted for review"
        WITHDRAWN = "withdrawn", "Withdrawn from review"
        APPROVED = "approved", "Approved"
        FIRST_APPROVED = "first_approved", "Approved by the first of two moderators"
        APPROVAL_WITHDRAWN = "approval_withdrawn", "First approval taken back"
        SECOND_ASKED = "second_asked", "Second moderator asked for"
        UNDONE = "undone", "Decision taken back"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"
        DECLINED = "declined", "Declined"
        RECONSIDERED = "reconsidered", "In review again after an appeal"
        BLOCKED = "blocked", "Blocked"
        UNBLOCKED = "unblocked", "Block lifted"
        RATING_HIDDEN = "rating_hidden", "Rating hidden"
        RATING_SHOWN = "rating_shown", "Rating shown again"
        UNLISTED = "unlisted", "Unlisted"
        LISTED = "listed", "Listed again"
        DEPRECATED = "deprecated", "Deprecated"
        UNDEPRECATED = "undeprecated", "No longer deprecated"
        DELETION_PLANNED = "deletion_planned", "Deletion planned"
        DELETION_CANCELLED = "deletion_cancelled", "Deletion cancelled"
        DELETED = "deleted", "Deleted"
        DELETED_AS_PLANNED = "deleted_as_planned", "Deleted as planned"
        RESTORED = "restored", "Restored"
        ERASED = "erased", "Content erased"
        HANDOVER_OFFERED = "handover_offered", "Hand-over offered"
        HANDOVER_ACCEPTED = "handover_accepted", "Handed over"
        HANDOVER_REFUSED = "handover_refused", "Hand-over refused"
        HANDOVER_WITHDRAWN = "handover_withdrawn", "Hand-over withdrawn"
        MAXIMUM_SET = "maximum_set", "Maximum Blender version set"
        MAXIMUM_REMOVED = "maximum_removed", "Maximum Blender version removed"
        MAXIMUM_SUGGESTED = "maximum_suggested", "Maximum Blender version suggested"
        MAXIMUM_WITHDRAWN = "maximum_withdrawn", "Suggested maximum withdrawn"
        MAXIMUM_DECLINED = "maximum_declined", "Suggested maximum declined"
        HELD = "held", "Put on hold"
        RELEASED = "released", "Hold ended"
        HOLD_ENDED = "hold_ended", "Day of the hold reached"
        SCHEDULED = "scheduled", "Approved, public later"
        PUBLISHED = "published", "Became public"
        PUBLISHED_EARLY = "published_early", "Made public early"
        STOPPED = "stopped", "Publication stopped"
        AUTO_SCHEDULED = "auto_scheduled", "Publication planned by risk"
        AUTO_PUBLISHED = "auto_published", "Published automatically"
        AUTO_STOPPED = "auto_stopped", "Automatic publication stopped"
        UNPUBLISHED = "unpublished", "Unpublished"
        REPUBLISHED = "republished", "Published again"
        PACKAGE_REMOVED = "package_removed", "Package removed"
        PROMOTED = "promoted", "Made stable"
        VERSION_BLOCKED = "version_blocked", "Version blocked"
        VERSION_UNBLOCKED = "version_unblocked", "Block of a version lifted"
        TASKS_DONE = "tasks_done", "Tasks done"
        FINDING_WAIVED = "finding_waived", "Finding waived"
        DISPUTED = "disputed", "Finding disputed"
        DISPUTE_ACCEPTED = "dispute_accepted", "Dispute accepted"
        DISPUTE_KEPT = "dispute_kept", "Disputed finding kept"
        DISPUTE_CLOSED = "dispute_closed", "Dispute closed"
        TRIED = "tried", "Tried in Blender"
        QUARANTINED = "quarantined", "Package in quarantine"
        SCAN_BLOCKED = "scan_blocked", "Blocked by the site"
        RELEASED_FROM_QUARANTINE = "released_from_quarantine", "Released from quarantine"

    extension = models.ForeignKey(
        "catalog.Extension", on_delete=models.CASCADE, related_name="events"
    )
    version = models.ForeignKey(
        "catalog.Version", on_delete=models.SET_NULL, null=True, blank=True, related_name="events"
    )
    version_number = models.CharField(
        max_length=MAX_NUMBER_LENGTH,
        blank=True,
        editable=False,
        help_text="The number of the version, which remains when the version is deleted.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who did it; empty for the site itself.",
    )
    kind = models.CharField(max_length=30, choices=kind_choices)
    text = models.TextField(
        blank=True,
        max_length=MAX_REASON_LENGTH,
        help_text="Reason, comment or release notes, in Markdown.",
    )
    packages = models.JSONField(
        default=list,
        blank=True,
        help_text="The SHA-256 of each package that was uploaded, or that a decision is about.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    is_internal = models.BooleanField(
        default=False, help_text="Only moderators and volunteers see it: an internal note."
    )
    place = models.JSONField(
        default=dict,
        blank=True,
        help_text="What a comment is about: the SHA-256 of a package, a file in it and a line.",
    )
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    earlier_texts = models.JSONField(
        default=list, blank=True, help_text="Each text before an edit, and when it was replaced."
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    removal_reason = models.TextField(blank=True, max_length=MAX_REASON_LENGTH)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "-created_at"], name="catalog_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.extension_id}: {self.get_kind_display()}"

    @property
    def label(self) -> str:
        """The label of its kind; `get_kind_display` goes through all kinds for each event."""
        return _LABELS.get(self.kind, self.kind)

    @property
    def is_comment(self) -> bool:
        """Whether a user wrote it: its text can be edited and removed."""
        return self.kind in COMMENT_KINDS

    @property
    def is_removed(self) -> bool:
        """Whether its text was removed; it is kept for moderators."""
        return self.removed_at is not None


_LABELS: dict[str, str] = {kind.value: str(kind.label) for kind in Event.Kind}
#: Events whose text their author can edit, and a moderator can remove.
COMMENT_KINDS = (Event.Kind.COMMENT, Event.Kind.TRIED)


#: Events that only the owner and moderators see: other users do not see drafts, offers and what a scanner suspects.
PRIVATE_KINDS = (
    Event.Kind.DISCARDED,
    Event.Kind.EXPIRED,
    Event.Kind.HANDOVER_OFFERED,
    Event.Kind.HANDOVER_REFUSED,
    Event.Kind.HANDOVER_WITHDRAWN,
    Event.Kind.QUARANTINED,
    Event.Kind.RELEASED_FROM_QUARANTINE,
)
#: Decisions that the moderator who made them can take back.
UNDOABLE_KINDS = (
    Event.Kind.APPROVED,
    Event.Kind.SCHEDULED,
    Event.Kind.CHANGES_REQUESTED,
    Event.Kind.HELD,
)
#: Events that are decisions of moderators.
DECISION_KINDS = (
    Event.Kind.APPROVED,
    Event.Kind.FIRST_APPROVED,
    Event.Kind.UNDONE,
    Event.Kind.CHANGES_REQUESTED,
    Event.Kind.DECLINED,
    Event.Kind.BLOCKED,
    Event.Kind.UNBLOCKED,
    Event.Kind.HELD,
    Event.Kind.RELEASED,
    Event.Kind.SCHEDULED,
    Event.Kind.PUBLISHED_EARLY,
    Event.Kind.STOPPED,
    Event.Kind.VERSION_BLOCKED,
    Event.Kind.VERSION_UNBLOCKED,
)
