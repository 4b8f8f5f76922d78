"""The migration of names to references to stored files; files are not moved."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from extery_site.files import storage as files
from tests.site.migrating import earlier_state, migrate, single_steps

BEFORE = [("catalog", "0004_image_variants"), ("files", None)]
ZIP, FULL, LARGE = b"a zip", b"a full image", b"a large image"


def name_of(data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    folder, suffix = ("packages", ".zip") if data == ZIP else ("images", ".webp")
    return f"{folder}/{sha256[:2]}/{sha256}{suffix}"


@pytest.mark.longest
@pytest.mark.django_db(transaction=True)
def test_the_migration_to_references_can_be_reversed(settings: Any) -> None:
    latest = single_steps().loader.graph.leaf_nodes()
    with earlier_state(*BEFORE) as apps:
        fill(apps, Path(settings.MEDIA_ROOT))
        migrate(latest)
        check_references()
        apps = migrate(BEFORE)
        assert list(apps.get_model("catalog", "Package").objects.values_list("file")) == [
            (name_of(ZIP),)
        ]
        rows = apps.get_model("catalog", "Image").objects.order_by("pk")
        assert list(rows.values_list("file", "small", "large")) == [
            (name_of(FULL), name_of(LARGE), name_of(LARGE)),
            (name_of(FULL), name_of(b"lost"), name_of(LARGE)),
        ]
    check_references()


def fill(apps: Any, media: Path) -> None:
    """A package, and two images that share files, one of which is lost."""
    models = {name: apps.get_model("catalog", name) for name in ("Extension", "Version", "Package")}
    user = apps.get_model("accounts", "User").objects.create(username="ada")
    extension = models["Extension"].objects.create(
        extension_id="gear_tool", id_key="gear_tool", owner=user
    )
    version = models["Version"].objects.create(
        extension=extension, number="1.0.0", blender_min=1, created_by=user
    )
    for data in (ZIP, FULL, LARGE):
        place = media / name_of(data)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    models["Package"].objects.create(
        version=version,
        file=name_of(ZIP),
        sha256=hashlib.sha256(ZIP).hexdigest(),
        size=len(ZIP),
        original_name="a.zip",
    )
    for small in (LARGE, b"lost"):
        apps.get_model("catalog", "Image").objects.create(
            file=name_of(FULL), small=name_of(small), large=name_of(LARGE), width=1, height=1
        )


def check_references() -> None:
    from extery_site.catalog.models import Image, Package
    from extery_site.files.models import StoredFile

    package = Package.objects.get()
    assert (package.file.sha256, package.file.size) == (package.sha256, len(ZIP))
    assert package.file.name == name_of(ZIP)
    assert files.find_fault(package.file) is None
    first, second = Image.objects.order_by("pk")
    for file, data in ((first.file, FULL), (first.large, LARGE), (second.large, LARGE)):
        assert file is not None
        assert (file.name, file.size) == (name_of(data), len(data))
        assert files.find_fault(file) is None
    assert second.small is not None
    assert (second.small.name, second.small.size) == (name_of(b"lost"), 0)
    assert StoredFile.objects.count() == 4
    assert not StoredFile.objects.unreferenced().exists()
