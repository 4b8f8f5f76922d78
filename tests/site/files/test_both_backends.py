"""The same behaviour in a folder and on an S3 server: from upload to download, with damage and clean-up."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from extery.core.errors import Corrupt
from extery_site.accounts.models import User
from extery_site.catalog.models import Package, Version
from extery_site.files import storage as files
from extery_site.files.backends.base import FileStorage
from extery_site.files.cleanup import Removed, remove_orphans
from extery_site.files.layout import LAYOUTS, FileKind
from extery_site.files.models import StoredFile
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)
JSON = {"Accept": "application/json"}
Browser = Callable[[User], Client]


def names(storage: FileStorage) -> list[str]:
    """The names of all packages and images in the storage.

    rclone lists an object twice that was deleted and uploaded at the same moment.
    """
    return sorted(
        {file.name for layout in LAYOUTS.values() for file in storage.list_files(layout.folder)}
    )


def overwrite(storage: FileStorage, name: str, data: bytes) -> None:
    """Replace a stored file by other bytes, as a fault of the storage would."""
    folder = Path(tempfile.mkdtemp(dir=files.incoming_folder()))
    (folder / "file").write_bytes(data)
    storage.put(folder / "file", name, media_type="application/zip")
    (folder / "file").unlink(missing_ok=True)
    folder.rmdir()


def content(response: Any) -> bytes:
    assert response.status_code in {200, 206}, response.content
    return b"".join(response.streaming_content)


def test_an_extension_is_uploaded_approved_and_downloaded(
    storage: FileStorage,
    owner: User,
    moderator: User,
    program: Browser,
    client: Client,
    run_tasks: Callable[[], int],
) -> None:
    data = package()
    sha256 = hashlib.sha256(data).hexdigest()
    upload = {"file": SimpleUploadedFile("gears.zip", data)}
    assert program(owner).post("/api/v1/packages/", upload).status_code == 201
    version = Version.objects.get()
    publish.update_draft(
        extension=version.extension,
        by=owner,
        description="Makes gears.",
        image=factories.picture(),
        alt_text="A gear",
    )
    assert len(names(storage)) == 2
    run_tasks()
    assert names(storage) == sorted(file.name for file in StoredFile.objects.all())
    assert len(names(storage)) == 6
    publish.submit(version=version, by=owner)
    assert client.get(Package.objects.get().download_path, headers=JSON).status_code == 403
    moderation.approve_version(version=version, packages=[sha256], by=moderator)

    [entry] = client.get("/api/v1/extensions/").json()["data"]
    assert (entry["archive_hash"], entry["archive_size"]) == (f"sha256:{sha256}", len(data))
    path = entry["archive_url"].removeprefix("http://testserver")
    whole = client.get(path)
    assert content(whole) == data
    assert whole["Content-Type"] == "application/zip"
    assert whole["Content-Length"] == str(len(data))
    assert "add-on-" in whole["Content-Disposition"]
    version.extension.refresh_from_db()
    assert version.extension.image is not None
    for url in (version.extension.image.small_url, version.extension.image.large_url):
        image = client.get(url)
        body = content(image)
        assert body[:4] == b"RIFF"
        assert image["Content-Length"] == str(len(body))
        assert image["Content-Type"] == "image/webp"
        assert client.head(url)["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, None),
        ("bytes=10-19", 10, 20),
        ("bytes=-5", -5, None),
        ("bytes=7-9999999", 7, None),
    ],
)
def test_a_download_supports_ranges(
    storage: FileStorage,
    approve: Callable[..., Version],
    client: Client,
    asked: str,
    start: int,
    stop: int | None,
) -> None:
    found = approve().packages.get()
    data = package()
    response = client.get(found.download_path, headers={"Range": asked})
    part = data[start:stop]
    assert response.status_code == 206
    assert content(response) == part
    first = data.rindex(part) if start < 0 else start
    assert response["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(data)}"
    assert response["Content-Length"] == str(len(part))
    head = client.head(found.download_path, headers={"Range": asked})
    assert (head.status_code, head.content) == (206, b"")
    assert head["Content-Range"] == response["Content-Range"]
    beyond = client.get(found.download_path, headers={"Range": f"bytes={len(data)}-"})
    assert beyond.status_code == 416
    etag = {"If-None-Match": response["ETag"]}
    assert client.get(found.download_path, headers=etag).status_code == 304


def test_discarding_a_draft_removes_its_files(
    storage: FileStorage, owner: User, stranger: User, run_tasks: Callable[[], int]
) -> None:
    version = factories.make_draft(owner)
    publish.update_draft(
        extension=version.extension, by=owner, image=factories.picture(), alt_text="A gear"
    )
    run_tasks()
    assert len(names(storage)) == 6
    publish.discard_draft(version=version, by=owner)
    assert names(storage) == []
    assert not StoredFile.objects.exists()
    assert factories.make_draft(stranger).packages.get().file.name in names(storage)


def test_a_refused_upload_stores_nothing(storage: FileStorage, owner: User, stranger: User) -> None:
    from extery.core.errors import Refused

    factories.make_draft(owner)
    before = names(storage)
    with pytest.raises(Refused):
        publish.receive_upload(file=io.BytesIO(package(version="2.0.0")), user=stranger)
    assert names(storage) == before


@pytest.mark.parametrize("damage", ["altered", "cut", "missing"])
def test_a_damaged_package_is_not_published(
    storage: FileStorage, owner: User, moderator: User, damage: str
) -> None:
    version = factories.make_waiting(owner)
    file = version.packages.get().file
    assert files.find_fault(file) is None
    if damage == "missing":
        storage.delete(file.name)
    else:
        data = package()
        overwrite(storage, file.name, data[:-1] if damage == "cut" else b"X" + data[1:])
    with pytest.raises(Corrupt) as caught:
        moderation.approve_version(version=version, packages=[file.sha256], by=moderator)
    assert caught.value.code == "review.package-damaged"
    assert ("is missing" if damage == "missing" else "is damaged") in str(caught.value)
    assert Version.objects.get().status == "in_review"


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=10-"}, {"Range": "bytes=-1"}])
def test_a_package_that_was_lost_or_cut_is_not_sent(
    storage: FileStorage,
    approve: Callable[..., Version],
    client: Client,
    asked: dict[str, str],
) -> None:
    found = approve().packages.get()
    overwrite(storage, found.file.name, b"short")
    for method in (client.get, client.head):
        response = method(found.download_path, headers={**JSON, **asked})
        assert response.status_code == 500
    response = client.get(found.download_path, headers={**JSON, **asked})
    assert response.json()["problems"][0]["code"] == "download.file-damaged"
    storage.delete(found.file.name)
    for method in (client.get, client.head):
        assert method(found.download_path, headers={**JSON, **asked}).status_code == 500
    response = client.get(found.download_path, headers={**JSON, **asked})
    assert response.json()["problems"][0]["code"] == "download.file-missing"
    assert Package.objects.get().download_count == 0


def test_a_lost_image_is_not_found(storage: FileStorage, client: Client, db: None) -> None:
    url = f"/media/images/aa/{'a' * 64}.webp"
    assert client.get(url).status_code == client.head(url).status_code == 404
    assert client.get(f"/media/images/ab/{'a' * 64}.webp").status_code == 404


def test_uploading_again_repairs_a_lost_file(storage: FileStorage, owner: User) -> None:
    with files.stage_file(io.BytesIO(b"gears"), FileKind.IMAGE) as stage, transaction.atomic():
        file = stage.store()
    storage.delete(file.name)
    with files.stage_file(io.BytesIO(b"gears"), FileKind.IMAGE) as stage, transaction.atomic():
        assert stage.store() == file
    assert files.find_fault(file) is None


def test_a_file_removed_between_its_transfer_and_its_row_is_stored_again(
    storage: FileStorage, db: None
) -> None:
    with files.stage_file(io.BytesIO(b"gears"), FileKind.IMAGE) as stage:
        stage.upload()
        files.remove_without_row(LAYOUTS[stage.kind].name(stage.sha256), stage.sha256)
        with transaction.atomic():
            file = stage.store()
    assert files.find_fault(file) is None


@pytest.mark.parametrize("round_", range(2))
def test_a_file_discarded_and_uploaded_simultaneously_exists_if_its_row_does(
    storage: FileStorage, owner: User, round_: int
) -> None:
    version = factories.make_draft(owner)
    results = run_simultaneously(
        lambda: publish.discard_draft(version=version, by=owner),
        lambda: publish.receive_upload(file=io.BytesIO(package()), user=owner),
    )
    assert set(errors_of(results)) <= {"upload.version-exists", "upload.file-exists"}
    assert names(storage) == sorted(file.name for file in StoredFile.objects.all())
    for found in Package.objects.all():
        assert files.find_fault(found.file) is None


def test_orphans_are_removed_and_nothing_else(storage: FileStorage, owner: User) -> None:
    kept = factories.make_draft(owner).packages.get().file
    orphan = LAYOUTS["image"].name(hashlib.sha256(b"orphan").hexdigest())
    overwrite(storage, orphan, b"orphan")
    overwrite(storage, "packages/aa/notes.txt", b"of somebody else")
    assert remove_orphans() == Removed(0, 0, 0)
    assert orphan in names(storage)
    assert remove_orphans(now=timezone.now() + timedelta(days=2)) == Removed(0, 1, 0)
    assert names(storage) == sorted([kept.name, "packages/aa/notes.txt"])


def test_a_list_has_sizes_and_ages(storage: FileStorage, db: None) -> None:
    before = timezone.now() - timedelta(seconds=5)
    with files.stage_file(io.BytesIO(b"gears"), FileKind.PACKAGE) as stage, transaction.atomic():
        file = stage.store()
    [listed] = storage.list_files("packages")
    assert (listed.name, listed.size) == (file.name, 5)
    assert before < listed.modified_at < timezone.now() + timedelta(seconds=5)
    assert list(storage.list_files("images")) == []
    assert storage.find_size(file.name) == 5
    assert storage.find_size("packages/none.zip") is None
    storage.delete("packages/none.zip")
    with pytest.raises(FileNotFoundError):
        storage.open_range("packages/none.zip")


def test_a_stored_file_can_be_read_anywhere(storage: FileStorage, db: None) -> None:
    data = bytes(range(256)) * 10_000
    with files.stage_file(io.BytesIO(data), FileKind.PACKAGE) as stage, transaction.atomic():
        file = stage.store()
    with files.open_file(file) as stream:
        assert stream.seek(0, io.SEEK_END) == len(data)
        assert stream.seek(2_000_000) == 2_000_000
        assert stream.read(300) == data[2_000_000:2_000_300]
        assert stream.seek(5) == 5
        assert stream.read(10) == data[5:15]
        assert stream.tell() == 15
        stream.seek(-10, io.SEEK_END)
        assert stream.read() == data[-10:]
        assert stream.read() == b""
