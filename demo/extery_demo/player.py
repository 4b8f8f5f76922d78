"""Plays a scenario: calls the site's actions as its users, then sets the dates.

Actions record the current time; `ScenarioPlayer.set_dates` replaces it with the scenario's times.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils import timezone

from extery_demo.notifications import set_notification_dates
from extery_demo.pictures import Drawn
from extery_demo.scenarios import (
    Change,
    Comment,
    DisputeScenario,
    RatingScenario,
    ReportScenario,
    Scenario,
    SuggestionScenario,
    VersionScenario,
)
from extery_demo.sources import build_version
from extery_site.accounts.models import User
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import (
    Event,
    Extension,
    Handover,
    Image,
    MaximumSuggestion,
    Package,
    Version,
)
from extery_site.media import actions as media
from extery_site.moderation import comments as review
from extery_site.moderation import decisions as moderation
from extery_site.moderation import risk, waiting
from extery_site.moderation.changes import approved_before
from extery_site.moderation.disputes import dispute
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Dispute
from extery_site.moderation.package_changes import measure
from extery_site.moderation.tasks import add_task
from extery_site.notify.models import Notification
from extery_site.publish import actions as publish
from extery_site.publish import handover, maximum, visibility
from extery_site.ratings import actions as ratings
from extery_site.ratings.models import Rating, Reply
from extery_site.reports import actions as reports
from extery_site.reports import handling
from extery_site.reports.models import Case, CaseEntry, Report

#: Days between an upload and its submission to review.
_DRAFT_DAYS = 0.02
#: From an approval to the publication, and from now to the end of a hold.
_COOL_DOWN = timedelta(hours=24)
_HOLD = timedelta(days=5)
#: Days between an upload and the tasks of its review.
_REVIEW_DAYS = 0.3

Step = Callable[[], None]


@dataclass
class ScenarioPlayer:
    """Plays one scenario. Each step appends the time of its event to ``event_days``."""

    scenario: Scenario
    users: Mapping[str, User]
    work_dir: Path
    image: Callable[[], bytes | None]
    gallery: Callable[[], Sequence[Drawn]] = tuple
    _extension: Extension | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    reports: list[tuple[Report, ReportScenario]] = field(default_factory=list)
    ratings: list[tuple[Rating, RatingScenario]] = field(default_factory=list)
    disputes: list[tuple[Dispute, DisputeScenario]] = field(default_factory=list)
    event_days: list[float] = field(default_factory=list)
    step_starts: list[tuple[datetime, float]] = field(default_factory=list)
    """When each step was played, and its time in days ago."""
    suggestions: dict[SuggestionScenario, MaximumSuggestion] = field(default_factory=dict)

    def play(self) -> Extension:
        """Run all steps in the order of their times."""
        for days, step in sorted(self._steps(), key=lambda item: -item[0]):
            self.step_starts.append((timezone.now(), days))
            step()
        return self.extension

    @property
    def extension(self) -> Extension:
        assert self._extension is not None, "the first step is an upload"
        return self._extension

    @property
    def owner(self) -> User:
        return self.users[self.scenario.owner]

    def _steps(self) -> Iterator[tuple[float, Step]]:
        """Yield each step with its time in days ago."""
        for version in self.scenario.versions:
            yield version.uploaded, partial(self._upload, version)
            if version.outcome != "draft":
                yield version.uploaded - _DRAFT_DAYS, partial(self._submit, version)
            if version.tasks:
                at = version.uploaded - _REVIEW_DAYS
                yield at, partial(self._set_tasks, version)
            if version.decided is not None:
                yield version.decided, partial(self._decide, version)
        for comment in self.scenario.thread:
            yield comment.at, partial(self._comment, comment)
        for disputed in self.scenario.disputes:
            yield disputed.at, partial(self._dispute, disputed)
        for report in self.scenario.reports:
            yield report.at, partial(self._report, report)
        for rating in self.scenario.ratings:
            yield rating.at, partial(self._rate, rating)
            if rating.hidden is not None:
                yield rating.hidden, partial(self._hide, rating)
        for change in self.scenario.changes:
            yield change.at, partial(self._change, change)
        if self.scenario.block is not None:
            yield self.scenario.block.at, self._block
        yield from self._steps_of_owner()

    def _steps_of_owner(self) -> Iterator[tuple[float, Step]]:
        """Yield suggestions and their answers, and how the owner manages the extension."""
        for suggestion in self.scenario.suggestions:
            yield suggestion.at, partial(self._suggest, suggestion)
            if suggestion.answered:
                yield suggestion.decided, partial(self._answer, suggestion)
        if self.scenario.unlisted is not None:
            yield self.scenario.unlisted.at, self._unlist
        if self.scenario.deprecated is not None:
            yield self.scenario.deprecated.at, self._deprecate
        if self.scenario.offer is not None:
            yield self.scenario.offer.at, self._offer

    def _upload(self, version: VersionScenario) -> None:
        for built in build_version(self.scenario, version, self.work_dir):
            draft = publish.receive_upload(
                file=io.BytesIO(built.path.read_bytes()),
                name=built.path.name,
                user=self.owner,
                release_notes=version.notes,
            )
            self.versions[version.number] = draft.version
            self.event_days.append(version.uploaded)
        if self._extension is None:
            self._extension = draft.extension
            self._complete_draft()

    def _complete_draft(self) -> None:
        image = self.image()
        publish.update_draft(
            extension=self.extension,
            by=self.owner,
            description=self.scenario.description,
            support_url=self.scenario.support_url,
            image=io.BytesIO(image) if image else None,
            alt_text=self.scenario.alt_text,
        )
        self._fill_gallery()

    def _fill_gallery(self) -> None:
        for drawn in self.gallery():
            common: dict[str, Any] = {
                "extension": self.extension,
                "by": self.owner,
                "alt_text": drawn.alt_text,
                "address": None,
            }
            picture = io.BytesIO(drawn.picture)
            if drawn.film is None:
                media.add_picture(file=picture, **common)
            else:
                media.add_video(file=io.BytesIO(drawn.film), poster=picture, **common)

    def _submit(self, version: VersionScenario) -> None:
        publish.submit(version=self.versions[version.number], by=self.owner)
        self.event_days.append(version.uploaded - _DRAFT_DAYS)

    def _decide(self, version: VersionScenario) -> None:
        assert version.decided is not None
        row = self.versions[version.number]
        packages = row.package_hashes
        decide = {
            "approved": moderation.approve_version,
            "changes_requested": moderation.request_changes,
            "declined": moderation.decline_version,
        }
        if version.outcome == "withdrawn":
            publish.withdraw(version=row, by=self.owner)
        elif version.outcome == "on_hold":
            moderation.hold_version(
                version=row,
                by=self.users[version.by],
                reason=version.reason,
                until=timezone.localdate() + _HOLD,
            )
        elif version.outcome == "cooling_down":
            # Whatever policy the site has.
            with lifecycle.transition(
                transitions.SCHEDULE, version=row, by=self.users[version.by], text=version.reason
            ) as pending:
                pending.packages = packages
                pending.version.public_at = timezone.now() + _COOL_DOWN
        elif version.outcome in decide:
            by = self.users[version.by]
            decide[version.outcome](version=row, packages=packages, by=by, reason=version.reason)
        else:
            raise ValueError(f"{row} has a decision, but its outcome is {version.outcome!r}")
        self.event_days.append(version.decided)

    def _set_tasks(self, version: VersionScenario) -> None:
        row, by = self.versions[version.number], self.users[version.by or "moderator"]
        for text in version.tasks:
            add_task(version=row, by=by, text=text)

    def _comment(self, comment: Comment) -> None:
        review.comment(
            extension=self.extension,
            by=self.users[comment.by],
            text=comment.text,
            is_internal=comment.internal,
        )
        self.event_days.append(comment.at)

    def _report(self, planned: ReportScenario) -> None:
        report = reports.report_extension(
            extension=self.extension,
            by=self.users[planned.by],
            reason=planned.reason,
            text=planned.text,
        )
        if planned.status != "open":
            close = {"resolved": handling.resolve_case, "dismissed": handling.dismiss_case}
            by = self.users[planned.handled_by]
            close[planned.status](case=report.case, by=by, note=planned.note)
        self.reports.append((report, planned))

    def _dispute(self, planned: DisputeScenario) -> None:
        row = self.versions[planned.version]
        [fingerprint] = [
            key for key, finding in findings_of(row).items() if finding.code == planned.code
        ]
        new = dispute(version=row, fingerprint=fingerprint, by=self.owner, text=planned.text)
        self.disputes.append((new, planned))
        self.event_days.append(planned.at)

    def _rate(self, planned: RatingScenario) -> None:
        rating = ratings.rate(
            extension=self.extension,
            by=self.users[planned.by],
            stars=planned.stars,
            text=planned.text,
            version=planned.version,
            blender=planned.blender,
            platform=planned.platform,
        )
        for username in planned.helpful:
            ratings.mark_helpful(rating=rating, by=self.users[username])
        if planned.reply:
            ratings.reply(rating=rating, by=self.owner, text=planned.reply)
        self.ratings.append((rating, planned))

    def _hide(self, planned: RatingScenario) -> None:
        assert planned.hidden is not None
        rating = next(rating for rating, other in self.ratings if other is planned)
        ratings.hide_rating(rating, None, "Several people reported it.")
        self.event_days.append(planned.hidden)

    def _change(self, change: Change) -> None:
        row, by = self.versions[change.version], self.users[change.by]
        if change.step == "block":
            moderation.block_version(version=row, by=by, reason=change.reason)
        else:
            publish.unpublish(version=row, by=by, reason=change.reason)
        self.event_days.append(change.at)

    def _block(self) -> None:
        block = self.scenario.block
        assert block is not None
        moderation.block_extension(
            extension=self.extension, by=self.users[block.by], reason=block.reason
        )
        self.event_days.append(block.at)

    def _suggest(self, planned: SuggestionScenario) -> None:
        suggestion = maximum.suggest_maximum(
            version=self.versions[planned.version],
            by=self.users[planned.by],
            maximum=planned.maximum,
            reason=planned.reason,
        )
        self.suggestions[planned] = suggestion
        self.event_days.append(planned.at)

    def _answer(self, planned: SuggestionScenario) -> None:
        answer = {"accepted": maximum.accept, "declined": maximum.decline}[planned.answered]
        answer(suggestion=self.suggestions[planned], by=self.owner, answer=planned.answer)
        self.event_days.append(planned.decided)

    def _unlist(self) -> None:
        hidden = self.scenario.unlisted
        assert hidden is not None
        visibility.unlist(extension=self.extension, by=self.owner, reason=hidden.text)
        self.event_days.append(hidden.at)

    def _deprecate(self) -> None:
        hidden = self.scenario.deprecated
        assert hidden is not None
        visibility.deprecate(extension=self.extension, by=self.owner, note=hidden.text)
        self.event_days.append(hidden.at)

    def _offer(self) -> None:
        offer = self.scenario.offer
        assert offer is not None
        handover.offer(extension=self.extension, by=self.owner, to=offer.to, text=offer.text)
        self.event_days.append(offer.at)

    def set_dates(self, now: datetime) -> None:
        """Set the times of all rows relative to ``now``, and the download counts."""

        def ago(days: float) -> datetime:
            return now - timedelta(days=days)

        events = list(self.extension.events.order_by("pk"))
        set_notification_dates(events, [ago(days) for days in self.event_days])
        # What no event caused: news of ratings, offers and suggestions.
        for started, days in reversed(self.step_starts):
            Notification.objects.filter(created_at__gte=started).update(created_at=ago(days))
        for event, days in zip(events, self.event_days, strict=True):
            event.created_at = ago(days)
        Event.objects.bulk_update(events, ["created_at"])
        for version in self.scenario.versions:
            self._set_version_dates(version, ago)
        for row in self.versions.values():
            self._fill_queue(row)
        self._set_report_dates(ago)
        for rating, rated in self.ratings:
            hidden = ago(rated.hidden) if rated.hidden is not None else None
            Rating.objects.filter(pk=rating.pk).update(created_at=ago(rated.at), hidden_at=hidden)
            Reply.objects.filter(rating=rating).update(created_at=ago(rated.replied))
        for disputed, said in self.disputes:
            Dispute.objects.filter(pk=disputed.pk).update(created_at=ago(said.at))
        for suggestion, stored in self.suggestions.items():
            MaximumSuggestion.objects.filter(pk=stored.pk).update(
                created_at=ago(suggestion.at),
                decided_at=ago(suggestion.decided) if suggestion.answered else None,
            )
        scenario = self.scenario
        if scenario.offer is not None:
            Handover.objects.filter(extension=self.extension).update(
                created_at=ago(scenario.offer.at)
            )
        images = Image.objects.filter(
            Q(extension=self.extension) | Q(gallery_item__extension=self.extension)
        )
        images.update(created_at=ago(self.scenario.started))
        approved = [version for version in self.scenario.versions if version.outcome == "approved"]
        decided = [ago(version.decided) for version in approved if version.decided is not None]
        # `update` does not set the auto_now field updated_at.
        Extension.objects.filter(pk=self.extension.pk).update(
            created_at=ago(self.scenario.started),
            updated_at=ago(min(self.event_days)),
            approved_at=decided[0] if decided else None,
            published_at=decided[-1] if decided else None,
            unlisted_at=ago(scenario.unlisted.at) if scenario.unlisted else None,
            deprecated_at=ago(scenario.deprecated.at) if scenario.deprecated else None,
            download_count=sum(version.downloads for version in self.scenario.versions),
        )

    def _set_report_dates(self, ago: Callable[[float], datetime]) -> None:
        for report, planned in self.reports:
            handled = ago(planned.handled) if planned.handled is not None else None
            Report.objects.filter(pk=report.pk).update(created_at=ago(planned.at))
            report.entries.update(created_at=ago(planned.at))
            cases = Case.objects.filter(pk=report.case_id)
            cases.filter(created_at__gt=ago(planned.at)).update(created_at=ago(planned.at))
            keys = (f"case {report.case_id}", f"own-case {report.case_id}")
            notifications = Notification.objects.filter(entry__key__in=keys)
            notifications.update(created_at=handled or ago(planned.at))
            if handled is not None:
                cases.update(decided_at=handled)
                decisions = CaseEntry.objects.filter(case=report.case_id, report=None)
                decisions.update(created_at=handled)

    def _fill_queue(self, row: Version) -> None:
        """Set the waiting times of a version from its dates, and its risk, as the worker does."""
        entry = waiting.rebuild(row)
        if entry is not None:
            entry.version = row
            risk.refresh(entry, measure(row, approved_before(row)))

    def _set_version_dates(
        self, version: VersionScenario, ago: Callable[[float], datetime]
    ) -> None:
        row, submitted = self.versions[version.number], version.uploaded - _DRAFT_DAYS
        is_approved = version.outcome == "approved" and version.decided is not None
        if version.outcome == "cooling_down":
            Version.objects.filter(pk=row.pk).update(
                public_at=ago(version.decided or 0) + _COOL_DOWN
            )
        unpublished = [
            change.at
            for change in self.scenario.changes
            if (change.version, change.step) == (version.number, "unpublish")
        ]
        if unpublished:
            Version.objects.filter(pk=row.pk).update(unpublished_at=ago(unpublished[-1]))
        Version.objects.filter(pk=row.pk).update(
            created_at=ago(version.uploaded),
            submitted_at=ago(submitted) if version.outcome != "draft" else None,
            approved_at=ago(version.decided or 0) if is_approved else None,
        )
        row.tasks.update(created_at=ago(version.uploaded - _REVIEW_DAYS))
        row.tasks.filter(asked_at__isnull=False).update(asked_at=ago(version.decided or 0))
        packages = list(row.packages.order_by("pk"))
        for package, count in zip(
            packages, _split_downloads(version.downloads, packages), strict=True
        ):
            package.created_at, package.download_count = ago(version.uploaded), count
        Package.objects.bulk_update(packages, ["created_at", "download_count"])


def _split_downloads(downloads: int, packages: list[Package]) -> list[int]:
    """Split downloads over the packages of a version; Windows on x64 gets five times as many."""
    weights = [5 if "windows-x64" in package.platforms else 1 for package in packages]
    counts = [downloads * weight // sum(weights) for weight in weights]
    counts[0] += downloads - sum(counts)
    return counts
