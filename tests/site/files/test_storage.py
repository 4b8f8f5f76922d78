"""Files are stored completely or not at all, and removed after their last reference."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError

from extery.core.errors import ExteryError, InvalidInput, Unavailable
from extery_site.catalog.models import Image
from extery_site.files import storage as files
from extery_site.files.backends.base import get_storage
from extery_site.files.backends.ranges import FilePart
from extery_site.files.layout import FileKind, image_url
from extery_site.files.models import StoredFile
from extery_site.files.storage import Fault
from tests.fakes import FailingFile
from tests.site.stored import path_of

DATA = b"gears"
DIGEST = hashlib.sha256(DATA).hexdigest()
NAME = f"packages/{DIGEST[:2]}/{DIGEST}.zip"
PACKAGE, IMAGE = FileKind.PACKAGE, FileKind.IMAGE
Media = Callable[[], list[str]]


def store(data: bytes = DATA, kind: FileKind = PACKAGE) -> StoredFile:
    with files.stage_file(io.BytesIO(data), kind) as stage:
        stage.upload()
        with transaction.atomic():
            return stage.store()


def refer_to(file: StoredFile) -> Image:
    return Image.objects.create(file=file, width=1, height=1)


def test_a_file_is_stored_under_its_hash(db: None, media: Media) -> None:
    source = io.BytesIO(DATA)
    source.seek(3)
    with files.stage_file(source, PACKAGE) as stage:
        assert (stage.sha256, stage.size) == (DIGEST, 5)
        file = stage.store()
    assert (file.sha256, file.size, file.kind, file.name) == (DIGEST, 5, "package", NAME)
    assert media() == [NAME]
    assert path_of(file).read_bytes() == DATA
    assert path_of(file).stat().st_mode & 0o777 == 0o600
    assert files.exists(file)
    with files.open_file(file) as stream:
        assert stream.read() == DATA


def test_an_image_has_its_address_without_a_query(db: None, django_assert_num_queries: Any) -> None:
    image = refer_to(store(kind=IMAGE))
    image.refresh_from_db()
    with django_assert_num_queries(0):
        assert image.small_url == image_url(DIGEST)
    assert image_url(DIGEST) == f"/media/images/{DIGEST[:2]}/{DIGEST}.webp"


def test_a_staged_file_that_is_not_stored_is_removed(media: Media) -> None:
    with files.stage_file(io.BytesIO(DATA), PACKAGE):
        assert len(media()) == 1
    assert media() == []


def test_the_same_content_is_stored_once(db: None, media: Media) -> None:
    assert store() == store()
    assert media() == [NAME]


def test_storing_again_repairs_a_damaged_or_lost_file(db: None) -> None:
    file = store()
    path_of(file).write_bytes(b"bears")
    store()
    assert path_of(file).read_bytes() == DATA
    path_of(file).unlink()
    store()
    assert path_of(file).read_bytes() == DATA


def fail_after_storing() -> None:
    with files.stage_file(io.BytesIO(DATA), PACKAGE) as stage, transaction.atomic():
        stage.store()
        raise RuntimeError


def test_an_error_removes_the_file_unless_it_was_stored_before(db: None, media: Media) -> None:
    with pytest.raises(RuntimeError):
        fail_after_storing()
    assert media() == []
    assert not StoredFile.objects.exists()
    store()
    with pytest.raises(RuntimeError):
        fail_after_storing()
    assert media() == [NAME]


def test_an_error_does_not_remove_what_another_upload_has_stored_since(
    db: None, media: Media
) -> None:
    def fail() -> None:
        with files.stage_file(io.BytesIO(DATA), PACKAGE) as stage:
            try:
                with transaction.atomic():
                    stage.store()
                    raise RuntimeError
            except RuntimeError:
                store()
                raise

    with pytest.raises(RuntimeError):
        fail()
    assert media() == [NAME]


def test_a_source_that_fails_leaves_nothing(media: Media) -> None:
    with pytest.raises(Unavailable, match="output error"), files.stage_file(FailingFile(), PACKAGE):
        pass
    assert media() == []


def test_a_source_over_the_size_limit_is_not_read_to_its_end(media: Media) -> None:
    class Endless(io.RawIOBase):
        blocks = 0

        def seek(self, *_: Any) -> int:
            return 0

        def read(self, size: int = -1) -> bytes:
            self.blocks += 1
            return b"x" * size

    source = Endless()
    with (
        pytest.raises(InvalidInput) as caught,
        files.stage_file(source, PACKAGE, max_size=3_000_000),  # type: ignore[arg-type]
    ):
        pass
    assert caught.value.code == "storage.too-large"
    assert source.blocks == 3
    assert media() == []


def test_a_file_is_removed_after_the_commit_once_nothing_refers_to_it(
    db: None, media: Media, django_capture_on_commit_callbacks: Any
) -> None:
    file = store()
    first, second = refer_to(file), refer_to(file)
    with django_capture_on_commit_callbacks(execute=True):
        first.delete()
        files.release(file, file, None)
    assert media() == [NAME]
    with django_capture_on_commit_callbacks(execute=True):
        second.delete()
        files.release(file)
        assert media() == [NAME]
    assert media() == []
    assert not StoredFile.objects.exists()
    assert not files.remove_unreferenced(DIGEST)


@pytest.mark.django_db(transaction=True)
def test_the_database_protects_a_file_that_a_row_refers_to() -> None:
    from django.db import IntegrityError

    file = store()
    refer_to(file)
    with pytest.raises(ProtectedError):
        file.delete()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM files_storedfile WHERE sha256 = %s", [DIGEST])
    assert StoredFile.objects.get() == file


def test_a_storage_that_fails_while_it_removes_a_file_keeps_its_row(
    db: None, media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    store()

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("extery_site.files.backends.folder.Path.unlink", fail)
    assert not files.remove_unreferenced(DIGEST)
    monkeypatch.undo()
    assert media() == [StoredFile.objects.get().name]
    assert files.remove_unreferenced(DIGEST)
    assert media() == []


def test_a_missing_or_damaged_file_is_reported(db: None) -> None:
    file = store()
    assert files.find_fault(file) is None
    path_of(file).write_bytes(b"bears")
    digest = hashlib.sha256(b"bears").hexdigest()
    assert files.find_fault(file) == Fault(
        "hash", {"actual": f"{digest[:12]}…", "expected": f"{DIGEST[:12]}…"}
    )
    assert files.exists(file)  # which looks at the size only
    path_of(file).write_bytes(b"bear")
    assert files.find_fault(file) == Fault("size", {"actual": 4, "expected": len(DATA)})
    path_of(file).unlink()
    path_of(file).mkdir()
    assert files.find_fault(file) == Fault("unreadable", {"os_error": os.strerror(errno.EISDIR)})
    path_of(file).rmdir()
    path_of(file).touch()
    path_of(file).unlink()
    assert files.find_fault(file) == Fault("missing")
    assert not files.exists(file)


def test_a_storage_folder_that_cannot_be_used_is_reported(settings: Any) -> None:
    get_storage().check()
    settings.MEDIA_ROOT.rmdir()
    settings.MEDIA_ROOT.write_bytes(b"a file")
    with pytest.raises(ExteryError) as caught:
        get_storage().check()
    assert caught.value.code == "setting.storage"
    assert str(settings.MEDIA_ROOT) in str(caught.value)


@pytest.mark.parametrize(("start", "stop"), [(0, 2), (1, 4), (3, None), (2, 99), (5, None)])
def test_a_part_of_a_file_is_a_file_of_its_own(db: None, start: int, stop: int | None) -> None:
    expected = DATA[start:stop]
    stream, size = get_storage().open_range(store().name, start, stop)
    with stream:
        assert size == len(DATA)
        assert stream.read() == expected
        assert stream.read(1) == b""
        assert stream.seek(0, io.SEEK_END) == len(expected)
        assert stream.seek(1) == min(1, len(expected))
        assert stream.read(1) == expected[1:2]


def test_closing_a_part_closes_its_file(db: None) -> None:
    stream = files.open_file(store())
    part = FilePart(stream, range(1, 2))
    part.close()
    assert stream.closed
