"""What happens to versions in review: comments, tries, tasks, disputes and decisions, each with its time.

`ReviewPlayer` calls the actions of the site as its users. Where the policy of a site would choose
another transition, it makes the transition itself, so that every site gets the same demo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Version
from extery_site.moderation import comments, disputes, tasks, tried, undo
from extery_site.moderation import decisions as moderation
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Dispute, PackageDifference, QueueEntry, Task
from extery_site.moderation.seen_files import mark_file

Action = Literal[
    "comment",
    "note",
    "try",
    "task",
    "done",
    "dispute",
    "keep",
    "accept",
    "ask",
    "approve",
    "approve first",
    "undo",
    "plan",
]
#: From now to the publication of a planned version: more than a day, after which a site whose
#: moderators approve every version returns it to the queue.
_PLANNED = timedelta(hours=30)


@dataclass(frozen=True)
class ReviewStep:
    """A step of a review, ``at`` days before the site is seeded; ``by`` is empty for the site itself.

    ``place`` is the file and the line of a comment or task. ``code`` is that of a finding: the one that
    is disputed, or that a task is about. ``tried`` has the result, the Blender and the system.
    """

    at: float
    by: str
    action: Action
    text: str = ""
    place: tuple[str, int] | None = None
    code: str = ""
    tried: tuple[str, str, str] | None = None


class ReviewPlayer:
    """Plays the review of one version; ``times`` has the time of each of its events afterwards."""

    def __init__(self, version: Version, users: Mapping[str, User], now: datetime) -> None:
        self.version = version
        self.users = users
        self.now = now
        self.times: list[datetime] = []

    def play(self, step: ReviewStep) -> None:
        """Play a step, and set the times of what it wrote beside events."""
        at = self.now - timedelta(days=step.at)
        if step.action == "plan":
            self._plan()
        elif step.action in ("task", "done"):
            self._play_task(step, self.users[step.by], at)
        elif step.action in ("dispute", "keep", "accept"):
            self._play_dispute(step, self.users[step.by], at)
        elif step.action in ("comment", "note", "try"):
            self._play_comment(step, self.users[step.by])
        else:
            self._play_decision(step, self.users[step.by], at)
        self.version.refresh_from_db()
        written = Event.objects.filter(version=self.version).count() - len(self.times)
        self.times += [at] * written

    def mark_seen(self, names: tuple[str, ...], by: User) -> None:
        """Mark changed files as seen; the packages must have been compared."""
        for package in self.version.package_hashes:
            for row in PackageDifference.objects.filter(new_sha256=package):
                for file, key in zip(row.data["files"], row.file_keys, strict=True):
                    if file["name"] in names:
                        mark_file(version=self.version, by=by, key=key)

    def _play_comment(self, step: ReviewStep, by: User) -> None:
        if step.tried is not None:
            result, blender, system = step.tried
            tried.report_try(
                version=self.version,
                by=by,
                result=result,
                blender=blender,
                system=system,
                text=step.text,
            )
            return
        comments.comment(
            extension=self.version.extension,
            version=self.version,
            by=by,
            text=step.text,
            is_internal=step.action == "note",
            place=self._place(step),
        )

    def _play_task(self, step: ReviewStep, by: User, at: datetime) -> None:
        if step.action == "done":
            task = self.version.tasks.open().earliest("pk")
            tasks.mark_done(task=task, by=by, note=step.text)
            Task.objects.filter(pk=task.pk).update(done_at=at)
            return
        if step.code:
            fingerprint = self._fingerprint(step.code)
            task = tasks.add_task_of_finding(
                version=self.version, fingerprint=fingerprint, by=by, text=step.text
            )
        else:
            task = tasks.add_task(
                version=self.version, by=by, text=step.text, place=self._place(step)
            )
        Task.objects.filter(pk=task.pk).update(created_at=at)

    def _play_dispute(self, step: ReviewStep, by: User, at: datetime) -> None:
        if step.action == "dispute":
            fingerprint = self._fingerprint(step.code)
            disputed = disputes.dispute(
                version=self.version, fingerprint=fingerprint, by=by, text=step.text
            )
            Dispute.objects.filter(pk=disputed.pk).update(created_at=at)
            return
        disputed = self.version.disputes.open().get()
        if step.action == "keep":
            disputes.keep_finding(dispute=disputed, by=by, answer=step.text)
        else:
            disputes.accept_dispute(dispute=disputed, by=by)
            waivers = self.version.extension.waivers.filter(fingerprint=disputed.fingerprint)
            waivers.update(created_at=at)
        Dispute.objects.filter(pk=disputed.pk).update(decided_at=at)

    def _play_decision(self, step: ReviewStep, by: User, at: datetime) -> None:
        version, packages = self.version, self.version.package_hashes
        if step.action == "ask":
            moderation.request_changes(version=version, packages=packages, by=by, reason=step.text)
            version.tasks.filter(asked_at__isnull=False).update(asked_at=at)
        elif step.action == "approve":
            moderation.approve_version(version=version, packages=packages, by=by, reason=step.text)
        elif step.action == "undo":
            undo.undo(version=version, by=by)
        else:
            with lifecycle.transition(
                transitions.FIRST_APPROVE, version=version, by=by, text=step.text
            ) as pending:
                pending.packages = packages

    def _plan(self) -> None:
        """Plan the publication of the version by its risk, whatever the policy of the site is."""
        risk = QueueEntry.objects.get(version=self.version).risk
        with lifecycle.transition(
            transitions.AUTO_SCHEDULE, version=self.version, by=None, text=f"Risk {risk} of 100."
        ) as pending:
            pending.packages = self.version.package_hashes
            pending.version.public_at = timezone.now() + _PLANNED

    def _fingerprint(self, code: str) -> str:
        [fingerprint] = [
            key for key, finding in findings_of(self.version).items() if finding.code == code
        ]
        return fingerprint

    def _place(self, step: ReviewStep) -> dict[str, Any]:
        if step.place is None:
            return {}
        file, line = step.place
        return {"package": self.version.package_hashes[0], "file": file, "line": line}
