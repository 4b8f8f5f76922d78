"""Tasks of a version: moderators and volunteers set them, the author and new uploads get them done.

The last task that is done puts the version back into the queue, by the transition ``RESUBMIT``.
Background tasks are in `extery_site.project.tasks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Problem, Refused, Where
from extery.core.invisible import show_invisible
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_triage, require_user
from extery_site.audit.actions import Action
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.lifecycle import record
from extery_site.catalog.locking import lock_extension, lock_version, wrong_status
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.own_work import authors_of, may_decide
from extery_site.catalog.text_limits import MAX_TASK_LENGTH, clean_text
from extery_site.catalog.transitions import Role
from extery_site.moderation.audit_rows import record_action
from extery_site.moderation.findings import findings_of, fingerprint_of
from extery_site.moderation.models import Task, TaskQuerySet
from extery_site.moderation.permissions import require_triage
from extery_site.publish.completeness import submit_state
from extery_site.ui.short_text import check_short_text

#: Open tasks of one version.
MAX_OPEN_TASKS = 50


def open_tasks(version: Version) -> TaskQuerySet:
    """Return the tasks of a version that are not done."""
    tasks: TaskQuerySet = version.tasks.open()
    return tasks


@transaction.atomic
def add_task(
    *,
    version: Version,
    by: AnyUser,
    text: str,
    place: Mapping[str, Any] | None = None,
    finding: Problem | None = None,
) -> Task:
    """Set a task for the author, who receives it with the next request for changes.

    The same open task set twice is one. Raises `Refused` for users who may not triage, and `Conflict`
    for a version that was decided, or has too many open tasks.
    """
    version = _lock_version(version)
    user = require_triage(by, version.extension, version)
    text = _clean(text, "task")
    if not text:
        raise InvalidInput.of("review.task-empty", where=Where(path=("task",)))
    if version.status in _DECIDED:
        raise wrong_status(version, Role.MODERATOR)
    fingerprint = fingerprint_of(finding) if finding else ""
    values = {"text": text, "place": dict(place or {}), "fingerprint": fingerprint}
    opened = list(version.tasks.open())
    for task in opened:
        if (fingerprint and task.fingerprint == fingerprint) or all(
            getattr(task, name) == value for name, value in values.items()
        ):
            return task
    if len(opened) >= MAX_OPEN_TASKS:
        raise Conflict.of("review.too-many-tasks", maximum=MAX_OPEN_TASKS)
    task = Task.objects.create(
        version=version, created_by=user, code=finding.code if finding else "", **values
    )
    _record_task(Action.TASK_SET, task, version, user)
    return task


def add_task_of_finding(*, version: Version, fingerprint: str, by: AnyUser, text: str = "") -> Task:
    """Set a task that an upload without the finding gets done.

    Without ``text`` it has the finding's message and hint: a hint alone, such as "remove it", does not say what.

    Raises `NotFound` for a finding that the version does not have, otherwise as `add_task`.
    """
    user = require_triage(by, version.extension, version)
    finding = findings_of(version).get(fingerprint)
    if finding is None:
        raise NotFound.of("request.not-found", variant="finding")
    text = text or ": ".join(filter(None, [finding.message, finding.hint]))
    text = show_invisible(text[:1].upper() + text[1:])[:MAX_TASK_LENGTH]
    return add_task(version=version, by=user, text=text, finding=finding)


@transaction.atomic
def drop_task(*, task: Task, by: AnyUser) -> Task:
    """Take a task back; if all others are done, the version is in the queue again."""
    version = _lock_version(task.version)
    user = require_triage(by, version.extension, version)
    task = _lock_task(task, version)
    if task.dropped_at is None:
        task.dropped_at = timezone.now()
        task.save()
        _record_task(Action.TASK_DROPPED, task, version, user)
        resubmit_if_done(version)
    return task


@transaction.atomic
def mark_done(*, task: Task, by: AnyUser, note: str = "") -> Task:
    """Mark a task as done: its author with a ``note`` that says how, moderators and volunteers without.

    A task that is done stays as it is. Raises `Refused` for other users.
    """
    user = require_user(by)
    version = _lock_version(task.version)
    task = _lock_task(task, version)
    is_author = version.extension.owner_id == user.pk
    if not is_author:
        require_triage(user, version.extension, version)
    elif task.asked_at is None:
        raise NotFound.of("request.not-found", variant="task")
    if task.is_done:
        return task
    if version.status in _DECIDED:
        raise wrong_status(version, Role.OWNER if is_author else Role.MODERATOR)
    note = _clean(note, "note")
    if is_author:
        if task.is_automatic:
            raise Refused.of("review.task-automatic", task=task.text)
        if not note:
            raise InvalidInput.of("review.task-note-missing", where=Where(path=("note",)))
    _set_done(task, user, note)
    _record_task(Action.TASK_DONE, task, version, user)
    if task.asked_at is not None:  # else only moderators and volunteers know it
        _record(version, user, f"{task.text}: {note}" if note else task.text)
    resubmit_if_done(version)
    return task


@transaction.atomic
def reopen_task(*, task: Task, by: AnyUser) -> Task:
    """Mark a task as not done; only moderators and volunteers, while the version is not decided."""
    version = _lock_version(task.version)
    user = require_triage(by, version.extension, version)
    task = _lock_task(task, version)
    if version.status in _DECIDED:
        raise wrong_status(version, Role.MODERATOR)
    if task.is_done:
        task.done_at, task.done_by, task.done_note = None, None, ""
        task.save()
        _record_task(Action.TASK_REOPENED, task, version, user)
    return task


def ask_for_open_tasks(version: Version) -> list[Task]:
    """Give the open tasks of a version, which must be locked, to its author, and return them."""
    tasks = list(version.tasks.open())
    Task.objects.filter(pk__in=[task.pk for task in tasks], asked_at=None).update(
        asked_at=timezone.now()
    )
    return tasks


def visible_tasks(extension: Extension, version: Version | None, user: AnyUser) -> list[Task]:
    """Return the tasks of a version that ``user`` may see: all for moderators and volunteers, else those asked for."""
    if version is None:
        return []
    tasks: TaskQuerySet = version.tasks.all()
    internal = may_triage(user) and may_decide(user, extension, version)
    return list(tasks.current() if internal else tasks.asked())


def check_after_upload(event: Event) -> None:
    """Mark the tasks as done whose finding an upload no longer has; an event handler.

    The version is in the queue again if they were the last ones.
    """
    if event.kind not in (Event.Kind.UPLOADED, Event.Kind.REPLACED) or event.version is None:
        return
    version = event.version
    automatic = [task for task in version.tasks.asked() if task.is_automatic and not task.is_done]
    if not automatic:
        return
    present = findings_of(version)
    done = [task for task in automatic if task.fingerprint not in present]
    for task in done:
        _set_done(task, None, f"Checked with {event.text}"[:MAX_TASK_LENGTH])
    if done:
        _record(version, None, "\n".join(f"- {task.text}" for task in done))
        resubmit_if_done(version)


def resubmit_if_done(version: Version) -> bool:
    """Put a locked version back into the queue if all tasks that its author received are done; whether it did.

    A version that misses something stays where it is: its author sees what, and submits it.
    """
    asked = list(version.tasks.asked())
    version.refresh_from_db(fields=["status"])
    if (
        version.status != Version.Status.CHANGES_REQUESTED
        or not asked
        or not all(task.is_done for task in asked)
        or version.extension.is_blocked
        or not submit_state(version.extension, version).is_complete
    ):
        return False
    text = f"All tasks are done ({len(asked)})."
    with lifecycle.transition(transitions.RESUBMIT, version=version, by=None, text=text) as pending:
        pass
    version.status, version.submitted_at = pending.version.status, pending.version.submitted_at
    return True


#: Statuses in which tasks no longer change.
_DECIDED = frozenset({Version.Status.APPROVED, Version.Status.DECLINED})


def _clean(text: str, field: str) -> str:
    text = " ".join(clean_text(text, field=field, max_length=MAX_TASK_LENGTH).split())
    return check_short_text(text, field=field)


def _set_done(task: Task, by: User | None, note: str) -> None:
    task.done_at, task.done_by, task.done_note = timezone.now(), by, note
    task.save()


def _record(version: Version, by: User | None, text: str) -> None:
    record(version.extension, Event.Kind.TASKS_DONE, by=by, version=version, text=text)


def _record_task(action: Action, task: Task, version: Version, by: User) -> None:
    # Until it is asked for, only moderators and volunteers know the task, and never about their own work.
    hidden = authors_of(version.extension, version) if task.asked_at is None else []
    record_action(action, by=by, version=version, subject=task.text, withheld_from=hidden)


def _lock_version(version: Version) -> Version:
    extension = lock_extension(version.extension)
    return lock_version(version, extension, Role.MODERATOR)


def _lock_task(task: Task, version: Version) -> Task:
    locked = Task.objects.select_for_update().filter(pk=task.pk, version=version).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="task")
    locked.version = version
    return locked
