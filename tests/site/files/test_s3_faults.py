"""An S3 server that dies, fails, is slow or changes its files: no partial files, and clients get an error."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from extery.core.errors import ExteryError, Unavailable
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package, Version
from extery_site.files import storage as files
from extery_site.files.backends import s3 as module
from extery_site.files.backends.base import get_storage
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.moderation import decisions as moderation
from extery_site.project.storage_address import StorageAddress
from tests.parts import free_port
from tests.services.s3 import (
    Cut,
    FaultyProxy,
    S3Server,
    answer,
    cut_requests_after,
    cut_response_once_after,
    swallow,
)
from tests.site import factories
from tests.site.packages import package

pytestmark = [pytest.mark.s3, pytest.mark.django_db(transaction=True)]
JSON = {"Accept": "application/json"}
Browser = Callable[[User], Client]
KIND = FileKind.PACKAGE


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry without delays."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


def upload(client: Client, data: bytes) -> Any:
    return client.post("/api/v1/packages/", {"file": SimpleUploadedFile("gears.zip", data)})


def random_bytes(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def store(data: bytes) -> StoredFile:
    with files.stage_file(io.BytesIO(data), KIND) as stage:
        stage.upload()
        with transaction.atomic():
            return stage.store()


def assert_nothing_stored(media: Callable[[], list[str]]) -> None:
    assert not StoredFile.objects.exists()
    assert not Extension.objects.exists()
    assert list(get_storage().list_files("packages")) == []
    assert media() == []  # the temporary files


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(answer("500 Internal Server Error", b"PUT", b"HEAD"), id="500"),
        pytest.param(answer("503 Slow Down", b"PUT"), id="503"),
        pytest.param(answer("403 Forbidden", b"PUT"), id="403"),
        pytest.param(answer("507 Insufficient Storage", b"PUT"), id="full"),
        pytest.param(cut_requests_after(900), id="dies"),
        pytest.param(swallow(b"PUT"), id="silent"),
    ],
)
def test_an_upload_to_a_server_that_fails_stores_nothing_and_can_be_repeated(
    fault: Any,
    proxy: FaultyProxy,
    use_bucket: Any,
    owner: User,
    program: Browser,
    media: Callable[[], list[str]],
) -> None:
    use_bucket(port=proxy.port, timeout=1)
    client = program(owner)
    proxy.on_request = fault
    response = upload(client, package())
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    [problem] = response.json()["problems"]
    assert problem["code"] == "storage.unavailable"
    assert "127.0.0.1" not in problem["message"]
    proxy.heal()
    assert_nothing_stored(media)
    assert upload(client, package()).status_code == 201
    assert files.find_fault(Package.objects.get().file) is None


def test_a_server_that_dies_in_the_middle_of_a_large_upload_leaves_no_object(
    proxy: FaultyProxy,
    use_bucket: Any,
    media: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_PART_SIZE", 5 << 20)
    storage = use_bucket(port=proxy.port)
    data = random_bytes(12 << 20)
    proxy.on_request = cut_requests_after(3 << 20)
    with pytest.raises(Unavailable):
        store(data)
    assert any(line.startswith("POST") and "uploads" in line for line in proxy.requests)
    assert any(line.startswith("DELETE") and "uploadId=" in line for line in proxy.requests)
    proxy.heal()
    assert_nothing_stored(media)
    assert storage.abort_unfinished(timezone.now()) == 0
    file = store(data)
    assert files.find_fault(file) is None
    assert media() == []


def test_parts_of_an_upload_that_was_killed_are_removed(s3: Any, s3_server: S3Server) -> None:
    client = s3_server.client()
    for key in ("site/packages/aa/x.zip", "elsewhere/x.zip"):
        client.create_multipart_upload(Bucket=s3.address.bucket, Key=key)
    before = timezone.now()
    assert s3.abort_unfinished(before - timedelta(days=1)) == 0
    assert s3.abort_unfinished(before + timedelta(minutes=1)) == 1
    assert s3.abort_unfinished(before + timedelta(minutes=1)) == 0
    left = client.list_multipart_uploads(Bucket=s3.address.bucket)["Uploads"]
    assert [upload["Key"] for upload in left] == ["elsewhere/x.zip"]
    client.close()


def test_a_transaction_that_fails_after_the_transfer_removes_the_object(
    s3: Any, media: Callable[[], list[str]]
) -> None:
    def fail() -> None:
        with files.stage_file(io.BytesIO(b"gears"), KIND) as stage:
            stage.upload()
            assert len(list(s3.list_files("packages"))) == 1
            with transaction.atomic():
                stage.store()
                raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert_nothing_stored(media)


def test_a_server_that_fails_keeps_the_row_of_what_it_did_not_delete(
    proxy: FaultyProxy, faulty: Any, owner: User
) -> None:
    from extery_site.files.cleanup import Removed, remove_orphans
    from extery_site.publish import actions as publish

    version = factories.make_draft(owner)
    proxy.on_request = answer("500 Internal Server Error", b"DELETE")
    publish.discard_draft(version=version, by=owner)
    assert not Extension.objects.exists()
    assert StoredFile.objects.count() == 1
    proxy.heal()
    later = timezone.now() + timedelta(days=2)
    assert remove_orphans(now=later) == Removed(1, 0, 0)
    assert list(faulty.list_files("packages")) == []


def test_an_approval_waits_for_a_server_that_fails(
    proxy: FaultyProxy, faulty: Any, owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    proxy.on_request = answer("500 Internal Server Error", b"GET")
    with pytest.raises(Unavailable):
        moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert Version.objects.get().status == "in_review"
    proxy.heal()
    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)


@pytest.mark.parametrize(
    "fault",
    [answer("500 Internal Server Error", b"GET", b"HEAD"), swallow(b"GET", b"HEAD")],
    ids=["500", "silent"],
)
def test_downloads_and_images_are_503_while_the_server_fails(
    fault: Any, proxy: FaultyProxy, use_bucket: Any, approve: Any, client: Client
) -> None:
    use_bucket(port=proxy.port, timeout=1)
    found = approve().packages.get()
    proxy.on_request = fault
    for path in (found.download_path, f"/media/images/aa/{'a' * 64}.webp"):
        for method in (client.get, client.head):
            response = method(path, headers=JSON)
            assert response.status_code == 503
            assert response["Retry-After"] == "5"
    assert Package.objects.get().download_count == 0
    # Pages and the listing need no storage.
    assert len(client.get("/api/v1/extensions/").json()["data"]) == 1
    assert client.get("/").status_code == 200


def test_a_download_continues_after_a_broken_connection(proxy: FaultyProxy, faulty: Any) -> None:
    data = random_bytes(6 << 20)
    file = store(data)
    for size in (10_000, 3 << 20):
        proxy.requests.clear()
        proxy.on_response = cut_response_once_after(size)
        with files.open_file(file) as stream:
            received = stream.read()
        assert hashlib.sha256(received).hexdigest() == file.sha256
        assert len(proxy.requests) == 2


def test_a_download_ends_when_the_connection_breaks_again_and_again(
    proxy: FaultyProxy, faulty: Any
) -> None:
    file = store(random_bytes(6 << 20))
    passed = 0

    def cut_after_a_megabyte(data: bytes) -> bytes:
        nonlocal passed
        passed += len(data)
        if passed > 1 << 20:
            raise Cut
        return data

    proxy.on_response = cut_after_a_megabyte
    with files.open_file(file) as stream, pytest.raises(Unavailable):
        stream.read()
    assert passed > 1 << 20


def test_bytes_of_another_object_are_not_mixed_into_a_download(
    proxy: FaultyProxy, faulty: Any, s3_server: S3Server
) -> None:
    file = store(random_bytes(6 << 20))
    cut = cut_response_once_after(3 << 20)

    def replace_and_cut(data: bytes) -> bytes:
        try:
            return cut(data)
        except Cut:
            client = s3_server.client()
            key = f"site/{file.name}"
            client.put_object(Bucket=faulty.address.bucket, Key=key, Body=bytes(6 << 20))
            client.close()
            raise

    proxy.on_response = replace_and_cut
    with files.open_file(file) as stream, pytest.raises(Unavailable, match="replaced"):
        stream.read()


def test_an_object_has_its_media_type(s3: Any, s3_server: S3Server) -> None:
    file = store(b"gears")
    client = s3_server.client()
    head = client.head_object(Bucket=s3.address.bucket, Key=f"site/{file.name}")
    client.close()
    assert head["ContentType"] == "application/zip"


def checked(address: str) -> ExteryError:
    storage = module.S3FileStorage(StorageAddress.parse(address))
    with pytest.raises(ExteryError) as caught:
        storage.check()
    storage.client.close()
    return caught.value


def test_a_bucket_that_cannot_be_used_is_reported_with_a_reason_and_a_hint(
    s3: Any, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.check()
    missing = checked(s3_server.address("no-such-bucket"))
    assert missing.code == "setting.storage"
    assert "s3://no-such-bucket/site" in str(missing)
    assert "create the bucket no-such-bucket" in missing.problems[0].hint
    refused = checked(s3_server.address(s3.address.bucket, port=free_port()))
    assert "no answer" in str(refused)
    assert "server runs" in refused.problems[0].hint
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wr0ng")
    wrong = checked(s3_server.address(s3.address.bucket))
    assert "403" in str(wrong)
    assert "AWS_SECRET_ACCESS_KEY" in wrong.problems[0].hint
    assert "wr0ng" not in f"{wrong} {wrong.problems}"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    none = checked(s3_server.address(s3.address.bucket))
    assert "there are no credentials" in str(none)
    assert "set AWS_ACCESS_KEY_ID" in none.problems[0].hint
