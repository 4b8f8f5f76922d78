"""Clean-up removes exactly the files of killed processes."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.files import storage as files
from extery_site.files.backends.base import get_storage
from extery_site.files.cleanup import Removed, remove_incoming, remove_orphans
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.files.tasks import delete_orphan_files, delete_unfinished_uploads
from tests.site import factories

Media = Callable[[], list[str]]


def put(data: bytes, kind: FileKind = FileKind.PACKAGE) -> str:
    """Put a file into the storage without a row, as a killed process leaves it."""
    from extery_site.files.models import LAYOUTS

    with files.stage_file(io.BytesIO(data), kind) as stage:
        name = LAYOUTS[kind].name(stage.sha256)
        get_storage().put(stage.path, name, media_type="application/zip")
    return name


def later(**age: int) -> Any:
    return timezone.now() + timedelta(**age)


def test_temporary_files_of_killed_servers_are_deleted_after_a_day(
    settings: Any, run_tasks: Callable[[], int]
) -> None:
    """Also while the server runs for months."""
    folder = settings.EXTERY_DATA / "tmp"
    folder.mkdir()
    for name in ("new.upload", "old.upload"):
        (folder / name).write_bytes(b"PK")
    (folder / "old").mkdir()
    day_ago = time.time() - 86_500
    for name in ("old.upload", "old"):
        os.utime(folder / name, (day_ago, day_ago))
    delete_unfinished_uploads.enqueue()
    run_tasks()
    assert [path.name for path in folder.iterdir()] == ["new.upload"]


def test_temporary_files_are_removed_an_hour_after_the_last_byte(media: Media) -> None:
    assert remove_incoming() == 0
    with files.stage_file(io.BytesIO(b"gears"), FileKind.PACKAGE):
        assert remove_incoming(now=later(minutes=50)) == 0
        assert len(media()) == 1
        assert remove_incoming(now=later(minutes=70)) == 1
        assert media() == []


def test_files_without_a_row_are_removed_after_a_day(owner: User, media: Media) -> None:
    package = factories.make_draft(owner).packages.get()
    orphans = {put(b"one"), put(b"two", FileKind.IMAGE)}
    assert set(media()) == {package.file.name} | orphans
    assert remove_orphans(now=later(hours=23)) == Removed(0, 0, 0)
    assert set(media()) == {package.file.name} | orphans
    assert remove_orphans(now=later(hours=25)) == Removed(0, 2, 0)
    assert media() == [package.file.name]


def test_rows_without_a_reference_are_removed_after_a_day(owner: User, media: Media) -> None:
    package = factories.make_draft(owner).packages.get()
    with files.stage_file(io.BytesIO(b"gears"), FileKind.IMAGE) as stage:
        stage.store()
    assert remove_orphans(now=later(hours=23)) == Removed(0, 0, 0)
    assert remove_orphans(now=later(hours=25)) == Removed(1, 0, 0)
    assert media() == [package.file.name]
    assert list(StoredFile.objects.all()) == [package.file]


def test_files_of_other_programs_are_not_removed(settings: Any, db: None) -> None:
    folder = settings.MEDIA_ROOT / "packages" / "aa"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    (settings.MEDIA_ROOT / "elsewhere.zip").write_bytes(b"mine")
    assert remove_orphans(now=later(days=2)) == Removed(0, 0, 0)
    assert (folder / "notes.txt").exists()
    assert (settings.MEDIA_ROOT / "elsewhere.zip").exists()


def test_the_clean_ups_run_as_tasks(
    owner: User, media: Media, run_tasks: Callable[[], int], settings: Any
) -> None:
    package = factories.make_draft(owner).packages.get()
    run_tasks()
    orphan, old = put(b"one"), (timezone.now() - timedelta(days=2)).timestamp()
    (settings.MEDIA_ROOT / "incoming" / "killed.part").touch()
    for name in (orphan, "incoming/killed.part", package.file.name):
        os.utime(settings.MEDIA_ROOT / name, (old, old))
    result = delete_orphan_files.enqueue()
    delete_unfinished_uploads.enqueue()
    run_tasks()
    result.refresh()
    assert result.return_value == {"unreferenced": 0, "without_row": 1, "unfinished": 0}
    assert media() == [package.file.name]
