"""Uploads in chunks: the protocol, hostile clients, lost workers, and files that hold their version."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused, Unavailable
from extery_site.accounts.models import User
from extery_site.catalog.models import Package, Version
from extery_site.publish import actions, chunks, uploads
from extery_site.publish.completeness import submit_state
from extery_site.publish.held_files import holding
from extery_site.publish.models import PackageUpload
from extery_site.publish.replacement import remove_package
from tests.site import factories
from tests.site.packages import package, zip_of

Programs = Callable[[User], Client]
CHUNK = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def announce(client: Client, size: int, **given: str) -> Any:
    pairs = ",".join(f"{name} {base64.b64encode(v.encode()).decode()}" for name, v in given.items())
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": pairs}
    return client.post("/api/v1/uploads/", headers=headers)


def send(client: Client, path: str, data: bytes, offset: int, **headers: str) -> Any:
    given = {**TUS, "Upload-Offset": str(offset), **headers}
    return client.patch(path, data, content_type=CHUNK, headers=given)


def path_of(answer: Any) -> str:
    assert answer.status_code == 201
    return str(answer["Location"]).removeprefix("http://testserver")


def start(owner: User, data: bytes, **values: Any) -> PackageUpload:
    return uploads.start_upload(by=owner, name="gears.zip", size=len(data), **values)


def sent(owner: User, data: bytes, **values: Any) -> PackageUpload:
    """Send a file in two chunks."""
    upload = start(owner, data, **values)
    half = len(data) // 2
    upload = uploads.receive_chunk(upload=upload, offset=0, source=io.BytesIO(data[:half]))
    return uploads.receive_chunk(upload=upload, offset=half, source=io.BytesIO(data[half:]))


def code_of(error: pytest.ExceptionInfo[Any]) -> str:
    assert isinstance(error.value, ExteryError)
    return error.value.code


def test_a_file_goes_on_after_a_lost_connection_and_becomes_a_package(
    owner: User, program: Programs, media: Callable[[], list[str]]
) -> None:
    client, data = program(owner), package()
    answer = announce(
        client, len(data), filename="gears.zip", sha256=hashlib.sha256(data).hexdigest()
    )
    path = path_of(answer)
    digest = base64.b64encode(hashlib.sha256(data[:100]).digest()).decode()
    first = send(client, path, data[:100], 0, **{"Upload-Checksum": f"sha256 {digest}"})
    assert (first.status_code, first["Upload-Offset"]) == (204, "100")
    asked = client.head(path)
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == ("100", str(len(data)))
    assert asked["Cache-Control"] == "no-store"
    assert client.post(f"{path}/check").json()["problems"][0]["code"] == "transfer.incomplete"
    assert send(client, path, data[100:], 100).status_code == 204
    assert client.get(path).json()["state"] == "received"
    checked = client.post(f"{path}/check").json()
    assert (checked["state"], checked["id"], checked["version"]) == ("stored", "gear_tool", "1.0.0")
    assert Package.objects.get().sha256 == checked["sha256"]
    assert client.post(f"{path}/check").json() == checked
    assert not [name for name in media() if name.startswith("uploads/")]


def test_wrong_requests_are_refused_and_nothing_is_stored(
    owner: User, stranger: User, program: Programs, settings: Any
) -> None:
    client, settings.EXTERY_MAX_UPLOAD = program(owner), 5000
    assert (
        client.post("/api/v1/uploads/").json()["problems"][0]["values"]["header"] == "Tus-Resumable"
    )
    assert client.post("/api/v1/uploads/", headers=TUS).status_code == 400
    assert announce(client, 5001, filename="a.zip").status_code == 413
    assert announce(client, 10, filename="a.zip", batch="../x").status_code == 400
    bad = client.post(
        "/api/v1/uploads/", headers={**TUS, "Upload-Length": "1", "Upload-Metadata": "filename ?"}
    )
    assert bad.status_code == 400
    path = path_of(announce(client, 10, filename="../../etc/a\x00.zip".replace("\x00", "")))
    assert PackageUpload.objects.get().name == "a.zip"
    assert (
        client.patch(
            path, b"x", content_type="text/plain", headers={**TUS, "Upload-Offset": "0"}
        ).status_code
        == 400
    )
    assert (
        send(client, path, b"x" * 11, 0).json()["problems"][0]["values"]["header"]
        == "Upload-Length"
    )
    wrong = base64.b64encode(bytes(32)).decode()
    assert send(client, path, b"x", 0, **{"Upload-Checksum": f"sha256 {wrong}"}).status_code == 460
    assert send(client, path, b"x", 0, **{"Upload-Checksum": "md5 eA=="}).status_code == 400
    assert send(client, path, b"x", 4).json()["problems"][0]["code"] == "transfer.wrong-offset"
    other = program(stranger)
    for answer in (
        other.head(path),
        other.delete(path),
        send(other, path, b"x", 0),
        other.post(f"{path}/check"),
    ):
        assert answer.status_code == 404
    assert PackageUpload.objects.get().received == 0
    assert Client().head(path).status_code == 401


def test_of_two_tabs_that_send_the_same_chunk_one_goes_on(
    owner: User, media: Callable[[], list[str]]
) -> None:
    upload = start(owner, b"0123456789")
    stale = PackageUpload.objects.get(pk=upload.pk)
    uploads.receive_chunk(upload=upload, offset=0, source=io.BytesIO(b"01234"))
    with pytest.raises(Conflict) as error:
        uploads.receive_chunk(upload=stale, offset=0, source=io.BytesIO(b"abcde"))
    assert code_of(error) == "transfer.wrong-offset"
    stored = PackageUpload.objects.get()
    assert stored.received == 5
    # The chunk of the loser is gone.
    assert [name for name in media() if name.startswith("uploads/")] == [stored.chunks[0][0]]


def test_what_a_killed_worker_leaves_is_written_again_and_cleaned_up(
    owner: User, monkeypatch: pytest.MonkeyPatch, media: Callable[[], list[str]]
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    data = package()
    upload = start(owner, data)
    with monkeypatch.context() as patch:
        # Between the write to the storage and the row; a kill does not clean up either.
        patch.setattr(uploads, "_add_chunk", killed)
        patch.setattr(chunks, "delete", lambda _: None)
        with pytest.raises(Killed):
            uploads.receive_chunk(upload=upload, offset=0, source=io.BytesIO(data))
    assert PackageUpload.objects.get().received == 0
    upload = uploads.receive_chunk(upload=upload, offset=0, source=io.BytesIO(data))
    with monkeypatch.context() as patch:
        # After the package is stored, before the upload says so.
        patch.setattr(uploads, "_accept", killed)
        with pytest.raises(Killed):
            uploads.check_upload(upload=upload, by=owner)
    assert PackageUpload.objects.get().state == "received"
    assert uploads.check_upload(upload=upload, by=owner).state == "stored"
    assert Package.objects.count() == 1
    assert not [name for name in media() if name.startswith("uploads/")]


def test_unfinished_files_are_limited_and_expire(
    owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch, media: Callable[[], list[str]]
) -> None:
    settings.EXTERY_MAX_UPLOAD = 100
    first = start(owner, b"a" * 100)
    uploads.receive_chunk(upload=first, offset=0, source=io.BytesIO(b"a" * 10))
    start(owner, b"a" * 100)
    start(owner, b"a" * 100)
    with pytest.raises(Refused) as error:
        start(owner, b"a")
    assert code_of(error) == "transfer.too-many"
    later = timezone.now() + timedelta(hours=25)
    assert uploads.expire_uploads(now=later) == 3
    assert media() == []
    monkeypatch.setattr(uploads, "MAX_OPEN", 2)
    start(owner, b"")
    start(owner, b"")
    with pytest.raises(Refused):
        start(owner, b"")


def test_a_client_cannot_send_endless_tiny_chunks(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_CHUNKS", 2)
    upload = start(owner, b"abc")
    for offset in (0, 1):
        upload = uploads.receive_chunk(upload=upload, offset=offset, source=io.BytesIO(b"x"))
    with pytest.raises(InvalidInput) as error:
        uploads.receive_chunk(upload=upload, offset=2, source=io.BytesIO(b"x"))
    assert code_of(error) == "transfer.too-many-chunks"


def test_a_changed_file_is_refused(owner: User) -> None:
    upload = sent(owner, package(), sha256="0" * 64)
    checked = uploads.check_upload(upload=upload, by=owner)
    assert checked.state == "refused"
    assert checked.problems[0]["code"] == "transfer.changed"


def test_a_check_that_is_not_possible_now_can_be_made_again(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sent(owner, package())

    def fail(**_: Any) -> None:
        raise Unavailable.of("request.process-ended")

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "receive_upload", fail)
        with pytest.raises(Unavailable):
            uploads.check_upload(upload=upload, by=owner)
    assert uploads.check_upload(upload=upload, by=owner).state == "stored"


def test_one_bad_package_holds_the_set_and_is_named(owner: User) -> None:
    batch = "ab" * 16
    good = package(platforms=["linux-x64"])
    bad = package(platforms=["macos-arm64"], blender_version_min="4.5.0")
    text = b"Notes"
    rows = [
        uploads.check_file(file=io.BytesIO(data), name=name, by=owner, batch=batch)
        for name, data in (("linux.zip", good), ("mac.zip", bad), ("notes.txt", text))
    ]
    assert [row.state for row in rows] == ["stored", "refused", "not_taken"]
    version = Version.objects.get()
    factories.complete(version)
    assert [row.name for row in holding(version)] == ["mac.zip"]
    with pytest.raises(InvalidInput) as error:
        actions.submit(version=version, by=owner)
    assert error.value.problems[0].code == "submit.file-held"
    assert "mac.zip" in error.value.problems[0].message
    assert rows[1].problems[0]["code"] == "upload.package-differs"
    assert rows[1].platforms == ["macos-arm64"]

    cured = uploads.check_file(
        file=io.BytesIO(package(platforms=["macos-arm64"])),
        name="cured.zip",
        by=owner,
        version=version,
    )
    assert cured.state == "stored"
    assert holding(version) == []
    assert actions.submit(version=version, by=owner).status == "in_review"
    assert version.packages.count() == 2


@pytest.mark.parametrize("first", ["good", "bad"])
def test_the_order_of_the_files_of_a_set_does_not_matter(owner: User, first: str) -> None:
    files = {
        "good": package(platforms=["linux-x64"]),
        "bad": zip_of({"blender_manifest.toml": 'id = "gear_tool"'}),
    }
    for name in sorted(files, key=lambda name: name != first):
        uploads.check_file(file=io.BytesIO(files[name]), name=f"{name}.zip", by=owner, batch="a1")
    assert [row.name for row in holding(Version.objects.get())] == ["bad.zip"]


def test_an_unfinished_file_holds_its_version_until_it_is_stopped(owner: User) -> None:
    version = factories.make_complete(owner)
    upload = start(owner, b"abc", version=version)
    (problem,) = submit_state(version.extension, version).problems
    assert "not uploaded completely" in problem.message
    uploads.remove_upload(upload=upload, by=owner)
    assert submit_state(version.extension, version).is_complete


def test_a_package_of_another_version_or_extension_does_not_join_a_draft(owner: User) -> None:
    version = factories.make_draft(owner)
    other = uploads.check_file(
        file=io.BytesIO(package(version="2.0.0")), name="b.zip", by=owner, version=version
    )
    assert other.problems[0]["code"] == "upload.other-version"
    elsewhere = uploads.check_file(
        file=io.BytesIO(package(id="other_tool")), name="c.zip", by=owner, version=version
    )
    # It says nothing about the set: another extension is no platform of this one.
    assert (elsewhere.state, elsewhere.version) == ("not_taken", version)
    assert [row.name for row in holding(version)] == ["b.zip"]
    assert Version.objects.count() == 1


def test_nobody_sends_files_to_a_version_in_review_or_of_others(
    owner: User, stranger: User
) -> None:
    version = factories.make_waiting(owner)
    with pytest.raises(Conflict):
        start(owner, b"abc", version=version)
    with pytest.raises(Refused):
        start(stranger, b"abc", version=version)
    with pytest.raises(NotFound):
        uploads.find_upload(by=stranger, key=start(owner, b"abc").key)


def test_a_removed_package_leaves_texts_and_history(owner: User, program: Programs) -> None:
    version = factories.make_complete(owner, platforms=["linux-x64"])
    sha256 = version.package_hashes[0]
    client = program(owner)
    path = f"/api/v1/extensions/gear_tool/versions/1.0.0/packages/{sha256}"
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert version.replaced_packages.get().file_id == sha256
    version.extension.refresh_from_db()
    assert version.extension.description
    assert version.events.last().kind == "package_removed"
    missing = client.get("/api/v1/extensions/gear_tool/versions/1.0.0/missing").json()
    assert [one["code"] for one in missing] == ["submit.package-missing"]
    again = uploads.check_file(
        file=io.BytesIO(package(platforms=["linux-x64"])),
        name="again.zip",
        by=owner,
        version=version,
    )
    assert again.state == "stored"


def test_a_package_is_not_removed_after_it_was_submitted(owner: User) -> None:
    version = factories.make_waiting(owner)
    with pytest.raises(Conflict):
        remove_package(version=version, sha256=version.package_hashes[0], by=owner)
    assert version.packages.count() == 1


def test_the_api_lists_the_files_that_hold_a_version(owner: User, program: Programs) -> None:
    version = factories.make_draft(owner)
    start(owner, b"abc", version=version)
    (row,) = program(owner).get("/api/v1/extensions/gear_tool/versions/1.0.0/uploads/").json()
    assert (row["name"], row["state"], row["received"]) == ("gears.zip", "receiving", 0)
