"""Tells one story on the site: every step is an action of the site, done by the person who did it.

The actions happen now. Afterwards `Telling.date` puts everything where it belongs in time.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Image, Package, Version
from extery_site.demo.sources import build_version
from extery_site.demo.stories import Comment, ReportStory, Story, VersionStory
from extery_site.moderation import actions as moderation
from extery_site.moderation import comments as review
from extery_site.publish import actions as publish
from extery_site.reports import actions as reports
from extery_site.reports.models import Report

#: Between an upload and its submission, in days: the time to complete the draft.
_COMPLETING = 0.02

Step = Callable[[], None]


@dataclass
class Telling:
    """A story on its way to the site. Steps note in ``days`` when each line of the thread was."""

    story: Story
    people: Mapping[str, User]
    workshop: Path
    picture: Callable[[], bytes | None]
    extension: Extension | None = None
    versions: dict[str, Version] = field(default_factory=dict)
    reports: list[tuple[Report, ReportStory]] = field(default_factory=list)
    days: list[float] = field(default_factory=list)

    def tell(self) -> Extension:
        """Do everything that happens in the story, in order."""
        for _, step in sorted(self._steps(), key=lambda item: -item[0]):
            step()
        return self.told

    @property
    def told(self) -> Extension:
        assert self.extension is not None, "the story begins with an upload"
        return self.extension

    @property
    def owner(self) -> User:
        return self.people[self.story.owner]

    def _steps(self) -> Iterator[tuple[float, Step]]:
        """Every step, and how many days ago it was."""
        for version in self.story.versions:
            yield version.uploaded, partial(self._upload, version)
            if version.fate != "draft":
                yield version.uploaded - _COMPLETING, partial(self._submit, version)
            if version.decided is not None:
                yield version.decided, partial(self._decide, version)
        for line in self.story.thread:
            yield line.at, partial(self._comment, line)
        for report in self.story.reports:
            yield report.at, partial(self._report, report)
        if self.story.block is not None:
            yield self.story.block.at, self._block

    def _upload(self, version: VersionStory) -> None:
        for built in build_version(self.story, version, self.workshop):
            draft = publish.receive_upload(
                file=io.BytesIO(built.path.read_bytes()),
                name=built.path.name,
                user=self.owner,
                release_notes=version.notes,
            )
            self.versions[version.number] = draft.version
            self.days.append(version.uploaded)
        if self.extension is None:
            self.extension = draft.extension
            self._complete()

    def _complete(self) -> None:
        picture = self.picture()
        publish.update_draft(
            extension=self.told,
            by=self.owner,
            description=self.story.description,
            support_url=self.story.support_url,
            image=io.BytesIO(picture) if picture else None,
            alt_text=self.story.alt_text,
        )

    def _submit(self, version: VersionStory) -> None:
        publish.submit(version=self.versions[version.number], by=self.owner)
        self.days.append(version.uploaded - _COMPLETING)

    def _decide(self, version: VersionStory) -> None:
        assert version.decided is not None
        row = self.versions[version.number]
        packages = row.package_hashes
        match version.fate:
            case "approved":
                by = self.people[version.by]
                moderation.approve_version(
                    version=row, packages=packages, by=by, reason=version.said
                )
            case "changes_requested":
                by = self.people[version.by]
                moderation.request_changes(
                    version=row, packages=packages, by=by, reason=version.said
                )
            case "declined":
                by = self.people[version.by]
                moderation.decline_version(
                    version=row, packages=packages, by=by, reason=version.said
                )
            case "withdrawn":
                publish.withdraw(version=row, by=self.owner)
            case "waiting" | "draft":
                raise ValueError(f"{row} is {version.fate}, and was decided")
        self.days.append(version.decided)

    def _comment(self, line: Comment) -> None:
        review.comment(extension=self.told, by=self.people[line.by], text=line.text)
        self.days.append(line.at)

    def _report(self, story: ReportStory) -> None:
        report = reports.report_extension(
            extension=self.told, by=self.people[story.by], reason=story.reason, text=story.text
        )
        if story.status != "open":
            handle = {"resolved": reports.resolve_report, "dismissed": reports.dismiss_report}
            by = self.people[story.handled_by]
            report = handle[story.status](report=report, by=by, note=story.note)
        self.reports.append((report, story))

    def _block(self) -> None:
        block = self.story.block
        assert block is not None
        moderation.block_extension(
            extension=self.told, by=self.people[block.by], reason=block.reason
        )
        self.days.append(block.at)

    def date(self, now: datetime) -> None:
        """Move everything to when it happened, and count the downloads of that time."""

        def ago(days: float) -> datetime:
            return now - timedelta(days=days)

        lines = list(self.told.events.order_by("pk"))
        for line, days in zip(lines, self.days, strict=True):
            line.created_at = ago(days)
        Event.objects.bulk_update(lines, ["created_at"])
        for version in self.story.versions:
            self._date_version(version, ago)
        for report, story in self.reports:
            handled = ago(story.handled) if story.handled is not None else None
            rows = Report.objects.filter(pk=report.pk)
            rows.update(created_at=ago(story.at), handled_at=handled)
        Image.objects.filter(extension=self.told).update(created_at=ago(self.story.begun))
        approved = [version for version in self.story.versions if version.fate == "approved"]
        decided = [ago(version.decided) for version in approved if version.decided is not None]
        # By `update`, so that the time of the last change is not set to now.
        Extension.objects.filter(pk=self.told.pk).update(
            created_at=ago(self.story.begun),
            updated_at=ago(min(self.days)),
            approved_at=decided[0] if decided else None,
            published_at=decided[-1] if decided else None,
            download_count=sum(version.downloads for version in self.story.versions),
        )

    def _date_version(self, version: VersionStory, ago: Callable[[float], datetime]) -> None:
        row, submitted = self.versions[version.number], version.uploaded - _COMPLETING
        is_approved = version.fate == "approved" and version.decided is not None
        Version.objects.filter(pk=row.pk).update(
            created_at=ago(version.uploaded),
            submitted_at=ago(submitted) if version.fate != "draft" else None,
            approved_at=ago(version.decided or 0) if is_approved else None,
        )
        packages = list(row.packages.order_by("pk"))
        for package, count in zip(packages, _shares(version.downloads, packages), strict=True):
            package.created_at, package.download_count = ago(version.uploaded), count
        Package.objects.bulk_update(packages, ["created_at", "download_count"])


def _shares(downloads: int, packages: list[Package]) -> list[int]:
    """Downloads of each package; of several, most are for Windows, as everywhere."""
    weights = [5 if "windows-x64" in package.platforms else 1 for package in packages]
    counts = [downloads * weight // sum(weights) for weight in weights]
    counts[0] += downloads - sum(counts)
    return counts
