"""What the API returns and takes in the review of a version: tasks, internal notes, findings, tries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from extery_site.accounts.models import User
from extery_site.catalog.models import Event
from extery_site.moderation.finding_rows import FindingRow
from extery_site.moderation.models import Dispute, Task, Waiver


class PlaceIn(Schema):
    """A line of a package."""

    package: str = Field(description="The SHA-256 of the package.")
    file: str = Field(description="The path of the file in it.")
    line: int | None = None


class TaskIn(Schema):
    """A task: a text with an optional place, or a finding, whose message and hint are the default text."""

    text: str = ""
    finding: str = Field("", description="The fingerprint of the finding that it is about.")
    place: PlaceIn | None = None


class DoneIn(Schema):
    """How the author of the version did a task."""

    note: str = Field("", description="Required from the author of the version.")


class TaskOut(Schema):
    """A task of a version; ``asked_at`` is null before its author receives it."""

    id: int
    text: str
    place: dict[str, Any]
    finding: str = Field(description="The fingerprint of its finding, or empty.")
    code: str = Field(description="The code of its finding, or empty.")
    is_automatic: bool = Field(description="Whether an upload without the finding gets it done.")
    created_by: str
    created_at: datetime
    asked_at: datetime | None
    done_at: datetime | None
    done_by: str = Field(description="Empty if it is not done, or the site found it done.")
    done_note: str

    @classmethod
    def of(cls, task: Task) -> TaskOut:
        return cls(
            id=task.pk,
            text=task.text,
            place=task.place,
            finding=task.fingerprint,
            code=task.code,
            is_automatic=task.is_automatic,
            created_by=task.created_by.username,
            created_at=task.created_at,
            asked_at=task.asked_at,
            done_at=task.done_at,
            done_by=_name(task.done_by),
            done_note=task.done_note,
        )


class NoteIn(Schema):
    """The text of an internal note, and the line that it is about."""

    text: str
    place: PlaceIn | None = None


class NoteTextIn(Schema):
    """The new text of an internal note."""

    text: str


class RemovalIn(Schema):
    """Why a note is removed; required for a note of another user."""

    reason: str = ""


class NoteOut(Schema):
    """An internal note; the text of one that was removed is empty."""

    id: int
    by: str
    text: str
    place: dict[str, Any]
    created_at: datetime
    edited_at: datetime | None
    removed_at: datetime | None

    @classmethod
    def of(cls, event: Event) -> NoteOut:
        return cls(
            id=event.pk,
            by=_name(event.by),
            text="" if event.is_removed else event.text,
            place=event.place,
            created_at=event.created_at,
            edited_at=event.edited_at,
            removed_at=event.removed_at,
        )


class WaiverIn(Schema):
    """Why a finding is fine; kept for later versions with the same finding."""

    reason: str


class WaiverOut(Schema):
    """A finding that is accepted, and the version in whose review it was."""

    reason: str
    by: str
    version: str
    created_at: datetime

    @classmethod
    def of(cls, waiver: Waiver) -> WaiverOut:
        return cls(
            reason=waiver.reason,
            by=waiver.by.username,
            version=waiver.version_number,
            created_at=waiver.created_at,
        )


class DisputeIn(Schema):
    """Why a finding is fine, in the words of the author; public."""

    text: str


class AnswerIn(Schema):
    """Why a finding stays; public."""

    answer: str


class DisputeOut(Schema):
    """A dispute of a finding, and the answer of a moderator; the answer is empty if it was accepted."""

    finding: str = Field(description="The fingerprint of the finding.")
    text: str
    by: str
    created_at: datetime
    state: str = Field(description="open, accepted, kept or closed.")
    answer: str
    decided_by: str = Field(description="Empty if it is open, or the site closed it.")
    decided_at: datetime | None

    @classmethod
    def of(cls, dispute: Dispute) -> DisputeOut:
        return cls(
            finding=dispute.fingerprint,
            text=dispute.text,
            by=dispute.by.username,
            created_at=dispute.created_at,
            state=dispute.state,
            answer=dispute.answer,
            decided_by=_name(dispute.decided_by),
            decided_at=dispute.decided_at,
        )


class FindingPlaceOut(Schema):
    """A line of code that a finding is about."""

    package: str = Field(description="SHA-256 of the package.")
    file: str
    line: int


class FindingOut(Schema):
    """A finding of a version: its problem, and what happened to it."""

    fingerprint: str = Field(description="The same in all uploads with this finding.")
    problem: dict[str, Any]
    blocks: bool = Field(description="Whether it keeps the version from being approved now.")
    blocking_reason: str = Field(
        description="Why its code blocks or does not, such as: below 0.80: 4 of 9 were right."
    )
    is_new: bool = Field(description="Whether the approved version before does not have it.")
    waiver: WaiverOut | None
    dispute: DisputeOut | None = Field(description="The last one.")
    task: int | None = Field(description="The id of its task.")
    places: list[FindingPlaceOut] = Field(
        description="The lines of code that have it; empty for other findings."
    )

    @classmethod
    def of(cls, row: FindingRow) -> FindingOut:
        return cls(
            fingerprint=row.fingerprint,
            problem=row.problem.as_dict(),
            blocks=row.blocks,
            blocking_reason=row.verdict.why,
            is_new=row.is_new,
            waiver=WaiverOut.of(row.waiver) if row.waiver else None,
            dispute=DisputeOut.of(row.dispute) if row.dispute else None,
            task=row.task.pk if row.task else None,
            places=[FindingPlaceOut(**place._asdict()) for place in row.places],
        )


class TryIn(Schema):
    """What happened when a version was tried in Blender."""

    result: str = Field(description="works, partly or fails.")
    blender: str = Field(description="The version of Blender, such as 4.2.3.")
    system: str = Field(description="The platform, such as linux-x64.")
    text: str = ""


class TryOut(Schema):
    """The result of a try, which is public; its first line names result, Blender and platform."""

    id: int
    by: str
    text: str
    created_at: datetime

    @classmethod
    def of(cls, event: Event) -> TryOut:
        return cls(id=event.pk, by=_name(event.by), text=event.text, created_at=event.created_at)


def _name(user: User | None) -> str:
    return user.username if user else ""
