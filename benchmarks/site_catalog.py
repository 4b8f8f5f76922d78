"""Fills a site with rows of people, extensions and versions, without files and without actions."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from typing import Any

#: Rows that one query writes.
BATCH = 2000
TEXT = "It does one of the things that people want, and says in **Markdown** how. " * 20


class CatalogContent:
    """Writes rows with times before ``now``; the same ones in each run."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rng = random.Random("site")

    def ago(self, hours: float) -> datetime:
        """Return a random time at most ``hours`` before now."""
        return self.now - timedelta(hours=self.rng.uniform(0, hours))

    def people(self, count: int) -> list[Any]:
        """Write two moderators and users."""
        from extery_site.accounts.models import User

        return User.objects.bulk_create(
            [
                User(
                    username=f"person{number}",
                    full_name=f"Person {number}",
                    is_moderator=number < 2,
                )
                for number in range(count)
            ],
            BATCH,
        )

    def extensions(self, people: list[Any], count: int) -> list[Any]:
        """Write public extensions with images and tags; a tenth of them is of one owner."""
        from extery_site.catalog.models import Extension, Image, Tag
        from extery_site.files.models import StoredFile

        file = StoredFile.objects.create(sha256="f" * 64, size=1000, kind="image")
        images = Image.objects.bulk_create(
            [
                Image(file=file, width=1920, height=1080, alt_text="The panel of the tool")
                for _ in range(count)
            ],
            BATCH,
        )
        extensions = Extension.objects.bulk_create(
            [
                Extension(
                    extension_id=f"tool_{number}",
                    id_key=f"tool_{number}",
                    id_skeleton=f"tool{number}",
                    name=f"Tool {number}",
                    name_skeleton=f"tool{number}",
                    tagline="Does one of the things that people want",
                    description=TEXT,
                    type="add-on" if number % 5 else "theme",
                    owner=people[2 if number % 10 == 0 else number % len(people)],
                    image=image,
                    status="approved",
                    download_count=self.rng.randrange(100_000),
                    approved_at=self.now,
                    published_at=self.ago(10_000),
                )
                for number, image in enumerate(images)
            ],
            BATCH,
        )
        tags = Tag.objects.bulk_create(
            Tag(name=f"Tag {number}", slug=f"tag-{number}", type="add-on") for number in range(40)
        )
        through: Any = Extension.tags.through
        through.objects.bulk_create(
            [
                through(extension_id=extension.pk, tag_id=tags[number % 40].pk)
                for number, extension in enumerate(extensions)
            ],
            BATCH,
        )
        return extensions

    def terms(self, extensions: list[Any]) -> None:
        """Write 40 terms for each extension, of which most are common and one is of few."""
        from extery_site.catalog.models import SearchTerm

        SearchTerm.objects.bulk_create(
            (
                SearchTerm(extension=extension, term=term)
                for number, extension in enumerate(extensions)
                for term in (
                    *(f"word{self.rng.randrange(60) * 50 + at}" for at in range(38)),
                    "import obj",
                    f"ctrl shift f{number % 100}",
                )
            ),
            BATCH,
        )

    def versions(self, extensions: list[Any]) -> list[Any]:
        """Write a public version of each extension with its package, and return them."""
        from extery_site.catalog.models import Extension, Package, Version
        from extery_site.files.models import StoredFile

        versions = Version.objects.bulk_create(
            [self.version(extension, "1.0.0", "approved") for extension in extensions], BATCH
        )
        for version in versions:
            version.extension.newest_version = version
        Extension.objects.bulk_update(extensions, ["newest_version"], 200)
        hashes = [hashlib.sha256(version.pk.to_bytes(8)).hexdigest() for version in versions]
        StoredFile.objects.bulk_create(
            [StoredFile(sha256=sha256, size=64_000, kind="package") for sha256 in hashes], BATCH
        )
        Package.objects.bulk_create(
            [
                Package(version=one, file_id=sha256, sha256=sha256, size=64_000)
                for one, sha256 in zip(versions, hashes, strict=True)
            ],
            BATCH,
        )
        return versions

    def version(self, extension: Any, number: str, status: str) -> Any:
        """Return a version that is not written yet."""
        from extery_site.catalog.models import Version

        is_public = status == "approved"
        return Version(
            extension=extension,
            number=number,
            sort_key=number,
            status=status,
            release_notes="Faster.",
            manifest={"id": extension.extension_id, "name": extension.name, "tagline": TEXT[:64]},
            permissions={"network": "Loads", "files": "Saves"} if self.rng.random() < 0.2 else {},
            blender_min=4_002_000,
            created_by=extension.owner,
            submitted_at=self.ago(200),
            approved_at=self.ago(10_000) if is_public else None,
        )
