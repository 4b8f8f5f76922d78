"""Writes the extensions of a batch with their versions, in bulk: the rows that uploads and approvals leave.

An action takes up to 100 ms for a version, these rows take a few. What is more than published is done by the site's
actions (`extery_demo.fake.states`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.text import slugify

from extery.manifest.document import Manifest
from extery_demo.fake.images import Images
from extery_demo.fake.packages import BuiltPackage, build_packages
from extery_demo.fake.people import People
from extery_demo.fake.plans import FakeExtension, FakeVersion
from extery_site.catalog.models import (
    Event,
    Extension,
    Package,
    Tag,
    Version,
    expiry_of,
    normalize_id,
)
from extery_site.catalog.models.skeleton import skeleton
from extery_site.files.layout import FileKind
from extery_site.files.storage import stage_file
from extery_site.listings.event_handler import increment_revision, new_entry
from extery_site.listings.models import ListedExtension, ListingEntry
from extery_site.moderation.models import Answer, QueueEntry
from extery_site.publish.replacement import manifest_fields

#: Days between an upload and its submission.
DRAFT_DAYS = 0.02


@dataclass
class Written:
    """An extension that was written: its row, and those of its versions, oldest first."""

    plan: FakeExtension
    extension: Extension
    versions: list[Version] = field(default_factory=list)
    packages: dict[str, list[Package]] = field(default_factory=dict)
    """By the number of the version."""

    @property
    def public(self) -> list[Version]:
        """The versions that are published, oldest first."""
        return [version for version in self.versions if version.status == Version.Status.APPROVED]


class Writer:
    """Writes batches; a caller makes one transaction of each."""

    def __init__(self, people: People, images: Images, now: datetime, *, small: bool) -> None:
        self.people = people
        self.images = images
        self.now = now
        self.small = small
        self._tags: dict[tuple[str, str], Tag] = {}

    def ago(self, days: float) -> datetime:
        """Return the time that is so many days ago."""
        return self.now - timedelta(days=days)

    def write(self, plans: Sequence[FakeExtension]) -> list[Written]:
        """Write extensions, versions, packages, events and rows of the listings."""
        batch = [Written(plan, self._extension(plan)) for plan in plans]
        self._add_images(batch)
        Extension.objects.bulk_create([one.extension for one in batch])
        self._add_tags(batch)
        built = self._versions(batch)
        Version.objects.bulk_create([row for one in batch for row in one.versions])
        self._packages(batch, built)
        self._set_newest(batch)
        self._events(batch)
        self._list(batch)
        return batch

    def _extension(self, plan: FakeExtension) -> Extension:
        public = plan.versions[:-1] if plan.is_waiting else plan.versions
        return Extension(
            extension_id=plan.id,
            id_key=normalize_id(plan.id),
            id_skeleton=skeleton(plan.id),
            name_skeleton=skeleton(plan.name),
            type=plan.type,
            name=plan.name,
            tagline=plan.tagline,
            description=plan.description,
            website=plan.website,
            support_url=plan.support_url,
            owner_id=self.people.keys([plan.owner])[plan.owner],
            status=Extension.Status.APPROVED if public else Extension.Status.DRAFT,
            download_count=plan.downloads if public else 0,
            created_at=self.ago(plan.versions[0].uploaded),
            approved_at=self.ago(public[0].decided) if public else None,
            published_at=self.ago(public[-1].decided) if public else None,
        )

    def _add_images(self, batch: Sequence[Written]) -> None:
        for one in batch:
            # A draft lacks it, so its page says what is missing.
            if one.plan.state != "draft" or len(one.plan.versions) > 1:
                one.extension.image = self.images.take(one.plan.image)

    def _add_tags(self, batch: Sequence[Written]) -> None:
        through = Extension.tags.through
        through.objects.bulk_create(
            through(extension_id=one.extension.pk, tag_id=self._tag(one.plan.type, name).pk)
            for one in batch
            for name in one.plan.tags
        )

    def _tag(self, type_: str, name: str) -> Tag:
        slug = slugify(name)
        if (type_, slug) not in self._tags:
            self._tags[type_, slug], _ = Tag.objects.get_or_create(
                type=type_, slug=slug, defaults={"name": name}
            )
        return self._tags[type_, slug]

    def _versions(self, batch: Sequence[Written]) -> dict[tuple[int, str], list[BuiltPackage]]:
        """Build the packages, and make the rows of the versions from their manifests."""
        built = {}
        for one in batch:
            for version in one.plan.versions:
                packages = list(build_packages(one.plan, version, small=self.small))
                built[one.plan.number, version.number] = packages
                is_draft = one.plan.is_waiting and version is one.plan.versions[-1]
                one.versions.append(self._version(one, version, packages[0].manifest, is_draft))
        return built

    def _version(
        self, one: Written, version: FakeVersion, manifest: Manifest, is_draft: bool
    ) -> Version:
        status = Version.Status.DRAFT if is_draft else Version.Status.APPROVED
        return Version(
            extension=one.extension,
            number=version.number,
            sort_key=manifest.parsed_version.sort_key,
            status=status,
            release_notes=version.notes,
            created_by_id=one.extension.owner_id,
            created_at=self.ago(version.uploaded),
            submitted_at=None if is_draft else self.ago(version.uploaded - DRAFT_DAYS),
            approved_at=None if is_draft else self.ago(version.decided),
            expires_at=expiry_of(status),
            **manifest_fields(manifest),
        )

    def _packages(
        self, batch: Sequence[Written], built: dict[tuple[int, str], list[BuiltPackage]]
    ) -> None:
        for one in batch:
            downloads = _shares(one.extension.download_count, len(one.versions))
            for version, count in zip(one.versions, downloads, strict=True):
                of_version = built[one.plan.number, version.number]
                one.packages[version.number] = [
                    self._package(version, package, part)
                    for package, part in zip(
                        of_version, _shares(count, len(of_version)), strict=True
                    )
                ]
        Package.objects.bulk_create(
            row for one in batch for rows in one.packages.values() for row in rows
        )

    def _package(self, version: Version, package: BuiltPackage, downloads: int) -> Package:
        with stage_file(io.BytesIO(package.data), FileKind.PACKAGE) as stage:
            stage.upload()
            file = stage.store()
            suffix = "".join(f"-{name}" for name in package.platforms)
            return Package(
                version=version,
                file=file,
                sha256=stage.sha256,
                size=stage.size,
                original_name=f"{version.extension.extension_id}-{version.number}{suffix}.zip",
                platforms=sorted(package.platforms),
                wheels=list(package.manifest.wheels),
                python_versions=list(package.manifest.python_versions),
                download_count=downloads if version.is_public else 0,
                created_at=version.created_at,
            )

    def _set_newest(self, batch: Sequence[Written]) -> None:
        for one in batch:
            one.extension.newest_version = one.public[-1] if one.public else None
            one.extension.updated_at = one.extension.published_at or one.extension.created_at
        # In bulk, the time of the last change is not set to that of the query.
        Extension.objects.bulk_update(
            [one.extension for one in batch], ["newest_version", "updated_at"]
        )

    def _events(self, batch: Sequence[Written]) -> None:
        events = [event for one in batch for event in self._events_of(one)]
        Event.objects.bulk_create(events)
        approvals = [event for event in events if event.kind == Event.Kind.APPROVED]
        entries, answers = [], []
        for event in approvals:
            version = event.version
            assert version is not None
            assert version.submitted_at is not None
            seconds = int((event.created_at - version.submitted_at).total_seconds())
            since = int(event.created_at.timestamp())
            entries.append(QueueEntry(version=version, since=since, us_seconds=seconds))
            is_first = version.extension.approved_at == version.approved_at
            kind = Answer.Kind.FIRST_VERSION if is_first else Answer.Kind.UPDATE
            answers.append(
                Answer(event=event, kind=kind, seconds=seconds, created_at=event.created_at)
            )
        QueueEntry.objects.bulk_create(entries)
        Answer.objects.bulk_create(answers)

    def _events_of(self, one: Written) -> Iterator[Event]:
        moderators = self.people.moderators
        for place, version in enumerate(one.versions):
            packages = [package.sha256 for package in one.packages[version.number]]
            moderator = moderators[(one.plan.number + place) % len(moderators)].pk
            owner = one.extension.owner_id
            times = [
                (Event.Kind.UPLOADED, owner, version.created_at, packages),
                (Event.Kind.SUBMITTED, owner, version.submitted_at, []),
                (Event.Kind.APPROVED, moderator, version.approved_at, packages),
            ]
            for kind, by, at, of_event in times[: 3 if version.is_public else 1]:
                assert at is not None
                yield Event(
                    extension=one.extension,
                    version=version,
                    version_number=version.number,
                    by_id=by,
                    kind=kind,
                    text=version.release_notes if kind == Event.Kind.SUBMITTED else "",
                    packages=of_event,
                    created_at=at,
                )

    def _list(self, batch: Sequence[Written]) -> None:
        revision = increment_revision()
        public = [one for one in batch if one.public]
        listed = [
            ListedExtension(extension=one.extension, id_key=one.extension.id_key, revision=revision)
            for one in public
        ]
        ListedExtension.objects.bulk_create(listed)
        ListingEntry.objects.bulk_create(
            new_entry(package, row)
            for one, row in zip(public, listed, strict=True)
            for version in one.public
            for package in one.packages[version.number]
        )


def _shares(number: int, parts: int) -> list[int]:
    """Split a number: each part has twice as much as the one before."""
    weights = [2**at for at in range(parts)]
    shares = [number * weight // sum(weights) for weight in weights]
    shares[-1] += number - sum(shares)
    return shares
