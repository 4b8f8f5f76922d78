"""API endpoints for the review of a version: tasks, internal notes, findings and tries, as on its pages."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from extery.core.errors import NotFound, Refused
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import comments, disputes, queues, tasks, tried, waivers
from extery_site.moderation.changes import approved_before
from extery_site.moderation.finding_rows import finding_rows
from extery_site.moderation.models import Dispute, Task
from extery_site.moderation.permissions import require_triage
from extery_site.moderation.places import make_place
from extery_site.moderation.review_context import may_read_code
from extery_site.moderation.review_schemas import (
    AnswerIn,
    DisputeIn,
    DisputeOut,
    DoneIn,
    FindingOut,
    NoteIn,
    NoteOut,
    NoteTextIn,
    PlaceIn,
    RemovalIn,
    TaskIn,
    TaskOut,
    TryIn,
    TryOut,
    WaiverIn,
    WaiverOut,
)
from extery_site.quotas.client_address import client_address

router = Router(tags=["moderation"])
_VERSION = "/extensions/{extension_id}/versions/{number}"


@router.get(f"{_VERSION}/tasks/", response=list[TaskOut], auth=OPTIONAL_AUTH)
def task_list(request: HttpRequest, extension_id: str, number: str) -> list[TaskOut]:
    """Return the tasks of a version, oldest first.

    Moderators and volunteers get all of them, others those that the author has received.
    """
    version = _version(request, extension_id, number)
    found = tasks.visible_tasks(version.extension, version, request.user)
    return [TaskOut.of(task) for task in found]


@router.post(f"{_VERSION}/tasks/", response={201: TaskOut})
def add_task(request: HttpRequest, extension_id: str, number: str, body: TaskIn) -> TaskOut:
    """Set a task, which the author receives with the next request for changes.

    The same open task set twice is one. With ``finding``, an upload without that finding gets it done.
    """
    version = _version(request, extension_id, number)
    if body.finding:
        task = tasks.add_task_of_finding(
            version=version, fingerprint=body.finding, by=request.user, text=body.text
        )
    else:
        task = tasks.add_task(
            version=version, by=request.user, text=body.text, place=_place(body.place)
        )
    return TaskOut.of(task)


@router.post(f"{_VERSION}/tasks/{{task_id}}/done", response=TaskOut)
def mark_done(
    request: HttpRequest, extension_id: str, number: str, task_id: int, body: DoneIn
) -> TaskOut:
    """Mark a task as done; the author of the version says how in ``note``.

    The last task that is done puts the version back into the queue.
    """
    task = _task(request, extension_id, number, task_id)
    return TaskOut.of(tasks.mark_done(task=task, by=request.user, note=body.note))


@router.post(f"{_VERSION}/tasks/{{task_id}}/reopen", response=TaskOut)
def reopen_task(request: HttpRequest, extension_id: str, number: str, task_id: int) -> TaskOut:
    """Mark a task as not done; for moderators and volunteers, while the version is not decided."""
    task = _task(request, extension_id, number, task_id)
    return TaskOut.of(tasks.reopen_task(task=task, by=request.user))


@router.delete(f"{_VERSION}/tasks/{{task_id}}", response={204: None})
def drop_task(request: HttpRequest, extension_id: str, number: str, task_id: int) -> Status[None]:
    """Take a task back; if all others are done, the version is in the queue again."""
    tasks.drop_task(task=_task(request, extension_id, number, task_id), by=request.user)
    return Status(204, None)


@router.get(f"{_VERSION}/notes/", response=list[NoteOut])
def note_list(request: HttpRequest, extension_id: str, number: str) -> list[NoteOut]:
    """Return the internal notes about a version, oldest first; for moderators and volunteers."""
    version = _version(request, extension_id, number)
    require_triage(request.user, version.extension, version)
    return [
        NoteOut.of(event) for event in _events(request, version, Event.Kind.COMMENT, notes=True)
    ]


@router.post(f"{_VERSION}/notes/", response={201: NoteOut})
def add_note(request: HttpRequest, extension_id: str, number: str, body: NoteIn) -> NoteOut:
    """Write an internal note, which only moderators and volunteers read."""
    version = _version(request, extension_id, number)
    event = comments.comment(
        extension=version.extension,
        version=version,
        by=request.user,
        text=body.text,
        address=client_address(request),
        is_internal=True,
        place=_place(body.place),
    )
    return NoteOut.of(event)


@router.post(f"{_VERSION}/notes/{{note_id}}/edit", response=NoteOut)
def edit_note(
    request: HttpRequest, extension_id: str, number: str, note_id: int, body: NoteTextIn
) -> NoteOut:
    """Replace the text of a note of one's own; the earlier text is kept."""
    event = _note(request, extension_id, number, note_id)
    address = client_address(request)
    return NoteOut.of(
        comments.edit_comment(event=event, by=request.user, text=body.text, address=address)
    )


@router.post(f"{_VERSION}/notes/{{note_id}}/remove", response=NoteOut)
def remove_note(
    request: HttpRequest, extension_id: str, number: str, note_id: int, body: RemovalIn
) -> NoteOut:
    """Remove a note: its author, or a moderator with a reason."""
    event = _note(request, extension_id, number, note_id)
    return NoteOut.of(comments.remove_comment(event=event, by=request.user, reason=body.reason))


@router.get(f"{_VERSION}/findings/", response=list[FindingOut])
def finding_list(request: HttpRequest, extension_id: str, number: str) -> list[FindingOut]:
    """Return what the checks found in the packages of a version; for its owner, moderators and volunteers."""
    version = _version(request, extension_id, number)
    if not may_read_code(request.user, version.extension):
        raise Refused.of("download.not-public")
    seen = tasks.visible_tasks(version.extension, version, request.user)
    return [FindingOut.of(row) for row in finding_rows(version, approved_before(version), seen)]


@router.post(f"{_VERSION}/findings/{{fingerprint}}/waive", response=WaiverOut)
def waive(
    request: HttpRequest, extension_id: str, number: str, fingerprint: str, body: WaiverIn
) -> WaiverOut:
    """Accept a finding, with a reason; later versions with the same finding have it accepted too."""
    version = _version(request, extension_id, number)
    return WaiverOut.of(
        waivers.waive(version=version, fingerprint=fingerprint, by=request.user, reason=body.reason)
    )


@router.delete(f"{_VERSION}/findings/{{fingerprint}}/waiver", response={204: None})
def end_waiver(
    request: HttpRequest, extension_id: str, number: str, fingerprint: str
) -> Status[None]:
    """Take the waiver of a finding back; again it changes nothing."""
    moderator = require_moderator(request.user)
    extension = _version(request, extension_id, number).extension
    waiver = waivers.waivers_of(extension).get(fingerprint)
    if waiver is not None:
        waivers.end_waiver(waiver=waiver, by=moderator)
    return Status(204, None)


@router.post(f"{_VERSION}/findings/{{fingerprint}}/dispute", response=DisputeOut)
def dispute(
    request: HttpRequest, extension_id: str, number: str, fingerprint: str, body: DisputeIn
) -> DisputeOut:
    """Say why a finding of a version of your own is fine; a moderator answers before the version is decided."""
    version = _version(request, extension_id, number)
    return DisputeOut.of(
        disputes.dispute(
            version=version,
            fingerprint=fingerprint,
            by=request.user,
            text=body.text,
            address=client_address(request),
        )
    )


@router.post(f"{_VERSION}/findings/{{fingerprint}}/accept-dispute", response=DisputeOut)
def accept_dispute(
    request: HttpRequest, extension_id: str, number: str, fingerprint: str
) -> DisputeOut:
    """Accept what the author says about a finding: it is waived, with those words as reason."""
    row = _dispute(request, extension_id, number, fingerprint)
    return DisputeOut.of(disputes.accept_dispute(dispute=row, by=request.user))


@router.post(f"{_VERSION}/findings/{{fingerprint}}/keep", response=DisputeOut)
def keep_finding(
    request: HttpRequest, extension_id: str, number: str, fingerprint: str, body: AnswerIn
) -> DisputeOut:
    """Keep a finding that the author disputes, with an answer; it is not disputed again."""
    row = _dispute(request, extension_id, number, fingerprint)
    return DisputeOut.of(disputes.keep_finding(dispute=row, by=request.user, answer=body.answer))


@router.get(f"{_VERSION}/tries/", response=list[TryOut], auth=OPTIONAL_AUTH)
def try_list(request: HttpRequest, extension_id: str, number: str) -> list[TryOut]:
    """Return what moderators and volunteers saw in Blender, oldest first; public, as the conversation."""
    version = _version(request, extension_id, number)
    return [TryOut.of(event) for event in _events(request, version, Event.Kind.TRIED)]


@router.post(f"{_VERSION}/tries/", response={201: TryOut})
def report_try(request: HttpRequest, extension_id: str, number: str, body: TryIn) -> TryOut:
    """Add the result of a try to the conversation; for moderators and volunteers."""
    version = _version(request, extension_id, number)
    event = tried.report_try(
        version=version, by=request.user, address=client_address(request), **body.dict()
    )
    return TryOut.of(event)


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    """Return a version that was submitted, to those who may read its conversation; raises `NotFound`."""
    extension = Extension.objects.with_related().with_id(extension_id).first()
    if extension is None or not queues.can_view_thread(extension, request.user):
        raise NotFound.of("request.not-found", variant="extension", id=extension_id)
    versions = queues.submitted_versions(extension).with_packages()
    version = versions.filter(number=number).first()
    if version is None:
        raise NotFound.of("request.not-found", variant="version", id=extension_id, version=number)
    version.extension = extension
    return version


def _events(
    request: HttpRequest, version: Version, kind: Event.Kind, *, notes: bool = False
) -> list[Event]:
    found = queues.thread(version.extension, request.user, number=version.number)
    found = found.filter(kind=kind, is_internal=notes, version_number=version.number)
    return [event for event in found if notes or not event.is_removed]


def _task(request: HttpRequest, extension_id: str, number: str, pk: int) -> Task:
    version = _version(request, extension_id, number)
    task = version.tasks.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if task is None:
        raise NotFound.of("request.not-found", variant="task")
    task.version = version
    found: Task = task
    return found


def _note(request: HttpRequest, extension_id: str, number: str, pk: int) -> Event:
    version = _version(request, extension_id, number)
    events = version.extension.events.filter(version_number=version.number, is_internal=True)
    event = events.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if event is None:
        raise NotFound.of("request.not-found", variant="comment")
    event.extension = version.extension
    found: Event = event
    return found


def _dispute(request: HttpRequest, extension_id: str, number: str, fingerprint: str) -> Dispute:
    version = _version(request, extension_id, number)
    found = disputes.disputes_of(version).get(fingerprint)
    if found is None:
        raise NotFound.of("request.not-found", variant="dispute")
    found.version = version
    return found


def _place(place: PlaceIn | None) -> dict[str, object]:
    if place is None:
        return {}
    line = "" if place.line is None else place.line
    return make_place(package=place.package, file=place.file, line=line)
