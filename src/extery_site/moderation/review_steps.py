"""What the forms of the review pages do, beside decisions: each ``step`` is one action."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest

from extery.core.errors import InvalidInput, NotFound
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.subjects import review_subject
from extery_site.moderation import (
    claims,
    comments,
    disputes,
    second_approval,
    tasks,
    try_addresses,
    undo,
    waivers,
)
from extery_site.moderation.models import Dispute, Task, Waiver
from extery_site.moderation.places import make_place
from extery_site.moderation.seen_files import mark_file
from extery_site.moderation.tried import report_try
from extery_site.notify.actions import Subject, follow, mute, unfollow, unmute
from extery_site.quotas.client_address import client_address
from extery_site.scanning.releases import release_package
from extery_site.ui.row_keys import row_key


class SentForm(NamedTuple):
    """A form of a review page."""

    request: HttpRequest
    extension: Extension
    submitted: Version | None

    @property
    def by(self) -> AnyUser:
        return self.request.user

    @property
    def version(self) -> Version:
        """The version that it is about; raises `InvalidInput` if there is none."""
        if self.submitted is None:
            raise InvalidInput.of("request.bad-value", variant="no-version")
        return self.submitted

    def value(self, name: str) -> str:
        """Return the value of a field; empty without one."""
        return self.request.POST.get(name, "")

    @property
    def place(self) -> dict[str, object]:
        """The line that it is about; empty without one."""
        return make_place(
            package=self.value("place_package"),
            file=self.value("place_file"),
            line=self.value("place_line"),
        )

    @property
    def event(self) -> Event:
        """The comment that it is about; raises `NotFound`."""
        event = self.extension.events.filter(pk=row_key(self.value("event"))).first()
        if event is None:
            raise NotFound.of("request.not-found", variant="comment")
        event.extension = self.extension
        return event

    @property
    def task(self) -> Task:
        """The task that it is about; raises `NotFound`."""
        task: Task | None = self.version.tasks.filter(pk=row_key(self.value("task_id"))).first()
        if task is None:
            raise NotFound.of("request.not-found", variant="task")
        task.version = self.version
        return task

    @property
    def dispute(self) -> Dispute:
        """The dispute that it is about; raises `NotFound`."""
        disputes = self.version.disputes
        dispute: Dispute | None = disputes.filter(pk=row_key(self.value("dispute"))).first()
        if dispute is None:
            raise NotFound.of("request.not-found", variant="dispute")
        dispute.version = self.version
        return dispute


class Step(NamedTuple):
    """An action, the message after it, which may be empty, and the fragment of the page to return to."""

    perform: Callable[[SentForm], str]
    """Returns the fragment, which may be empty."""
    message: str


def _comment(form: SentForm) -> str:
    event = comments.comment(
        extension=form.extension,
        version=form.submitted,
        by=form.by,
        text=form.value("text"),
        address=client_address(form.request),
        is_internal=bool(form.value("is_internal")),
        place=form.place,
    )
    return f"event-{event.pk}"


def _edit_comment(form: SentForm) -> str:
    event = form.event
    comments.edit_comment(
        event=event,
        by=form.by,
        text=form.value("text"),
        address=client_address(form.request),
    )
    return f"event-{event.pk}"


def _remove_comment(form: SentForm) -> str:
    event = form.event
    comments.remove_comment(event=event, by=form.by, reason=form.value("reason"))
    return f"event-{event.pk}"


def _undo(form: SentForm) -> str:
    undo.undo(version=form.version, by=form.by)
    return "decide-here"


def _ask_second(form: SentForm) -> str:
    event = second_approval.ask_second(version=form.version, by=form.by, text=form.value("text"))
    return f"event-{event.pk}"


def _withdraw_approval(form: SentForm) -> str:
    second_approval.withdraw_approval(version=form.version, by=form.by)
    return "decide-here"


def _add_task(form: SentForm) -> str:
    # The form of a line has one field for a task and for a comment.
    text = form.value("task") or form.value("text")
    tasks.add_task(version=form.version, by=form.by, text=text, place=form.place)
    return "tasks"


def _add_task_of_finding(form: SentForm) -> str:
    fingerprint, text = form.value("finding"), form.value("task")
    tasks.add_task_of_finding(version=form.version, fingerprint=fingerprint, by=form.by, text=text)
    return f"finding-{fingerprint}"


def _mark_done(form: SentForm) -> str:
    note = form.value("note")
    tasks.mark_done(task=form.task, by=form.by, note=note)
    return "tasks"


def _reopen_task(form: SentForm) -> str:
    tasks.reopen_task(task=form.task, by=form.by)
    return "tasks"


def _drop_task(form: SentForm) -> str:
    tasks.drop_task(task=form.task, by=form.by)
    return "tasks"


def _waive(form: SentForm) -> str:
    fingerprint = form.value("finding")
    reason = form.value("reason")
    waivers.waive(version=form.version, fingerprint=fingerprint, by=form.by, reason=reason)
    return f"finding-{fingerprint}"


def _end_waiver(form: SentForm) -> str:
    fingerprint = form.value("finding")
    row = Waiver.objects.filter(extension=form.extension, fingerprint=fingerprint[:64]).first()
    if row is not None:
        waivers.end_waiver(waiver=row, by=form.by)
    return f"finding-{fingerprint}"


def _dispute(form: SentForm) -> str:
    fingerprint = form.value("finding")
    disputes.dispute(
        version=form.version,
        fingerprint=fingerprint,
        by=form.by,
        text=form.value("text"),
        address=client_address(form.request),
    )
    return f"finding-{fingerprint}"


def _accept_dispute(form: SentForm) -> str:
    return f"finding-{disputes.accept_dispute(dispute=form.dispute, by=form.by).fingerprint}"


def _keep_finding(form: SentForm) -> str:
    answer = form.value("answer")
    kept = disputes.keep_finding(dispute=form.dispute, by=form.by, answer=answer)
    return f"finding-{kept.fingerprint}"


def _mark_file(form: SentForm) -> str:
    key = form.value("seen") or form.value("unseen")
    mark_file(version=form.version, by=form.by, key=key, is_seen=bool(form.value("seen")))
    return f"seen-{key[:32]}"


def _make_address(form: SentForm) -> str:
    try_addresses.make_address(version=form.version, by=form.by)
    return ""


def _end_address(form: SentForm) -> str:
    try_addresses.end_address(version=form.version, by=form.by)
    return ""


def _tried(form: SentForm) -> str:
    event = report_try(
        version=form.version,
        by=form.by,
        result=form.value("result"),
        blender=form.value("blender"),
        system=form.value("system"),
        text=form.value("text"),
        address=client_address(form.request),
    )
    return f"event-{event.pk}"


def _release_quarantine(form: SentForm) -> str:
    sha256 = form.value("package")
    package = form.version.packages.select_related("file").filter(sha256=sha256[:64]).first()
    if package is None:
        raise NotFound.of("request.not-found", variant="check")
    package.version = form.version
    release_package(package=package, by=form.by, reason=form.value("reason"))
    return "checks"


def _claim(form: SentForm) -> str:
    claims.claim(version=form.version, by=form.by)
    return ""


def _release(form: SentForm) -> str:
    claims.release(version=form.version, by=form.by)
    return ""


def _take_over(form: SentForm) -> str:
    claims.take_over(version=form.version, by=form.by, claim=row_key(form.value("claim")) or None)
    return ""


def _subscribe(change: Callable[[AnyUser, Subject], None]) -> Callable[[SentForm], str]:
    """Return a step that changes whether the user is notified about the review."""

    def perform(form: SentForm) -> str:
        number = form.submitted.number if form.submitted else ""
        change(form.by, review_subject(form.extension, number))
        return ""

    return perform


def _unmute(user: AnyUser, subject: Subject) -> None:
    unmute(user, subject.key)


#: Steps by the value of the field ``step``.
STEPS: dict[str, Step] = {
    "claim": Step(_claim, "Claimed: it is yours for two hours after your last action."),
    "release": Step(_release, "Released."),
    "take_over": Step(_take_over, "It is yours now."),
    "undo": Step(_undo, "Taken back. It is in review again."),
    "ask_second": Step(_ask_second, "The other moderators are asked to look at it."),
    "withdraw_approval": Step(_withdraw_approval, "Your approval is taken back."),
    "follow": Step(_subscribe(follow), "You are notified about this review."),
    "unfollow": Step(_subscribe(unfollow), "You no longer follow this review."),
    "mute": Step(_subscribe(mute), "You are not notified about this review any more."),
    "unmute": Step(_subscribe(_unmute), "You are notified again if you take part."),
    "comment": Step(_comment, "Comment added."),
    "edit_comment": Step(_edit_comment, "Comment changed."),
    "remove_comment": Step(_remove_comment, "Comment removed."),
    "add_task": Step(_add_task, "Task added."),
    "task_of_finding": Step(_add_task_of_finding, "The finding is a task now."),
    "mark_done": Step(_mark_done, "The task is marked as done."),
    "reopen_task": Step(_reopen_task, "The task is open again."),
    "drop_task": Step(_drop_task, "The task is dropped."),
    "waive": Step(_waive, "The finding is waived."),
    "end_waiver": Step(_end_waiver, "The finding is open again."),
    "mark_file": Step(_mark_file, ""),
    "dispute": Step(_dispute, "Your answer is in the conversation. A moderator answers it."),
    "accept_dispute": Step(
        _accept_dispute, "Accepted: the finding is waived, in later versions too."
    ),
    "keep_finding": Step(_keep_finding, "The finding stays. The author reads your answer."),
    "release_quarantine": Step(
        _release_quarantine, "Released: it can be downloaded again. You decide about the version."
    ),
    "make_address": Step(_make_address, "This address is for you only."),
    "end_address": Step(_end_address, "The address is taken back. It no longer works."),
    "tried": Step(_tried, "Thank you. It is in the conversation now."),
}
