"""Downloads by hash: the right bytes, for users with permission, counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package, Version
from extery_site.listings.download_counts import DOWNLOADS
from tests.site import factories
from tests.site.packages import package
from tests.site.stored import path_of

Approve = Callable[..., Version]
Browser = Callable[[User], Client]


def body(response: Any) -> bytes:
    chunks: Iterator[bytes] = response.streaming_content
    return b"".join(chunks)  # the test client closes the response at its end


def bearer_of(user: User) -> str:
    """The value of the header ``Authorization`` with a new token of the user."""
    _, token = create_token(user=user, name="script")
    return f"Bearer {token}"


def test_anyone_gets_an_approved_package_unchanged(client: Client, approve: Approve) -> None:
    found = approve().packages.get()
    response = client.get(found.download_path, headers={"Accept-Encoding": "gzip"})
    data = body(response)
    assert response.status_code == 200
    assert data == package()
    assert hashlib.sha256(data).hexdigest() == found.sha256
    assert response["Content-Length"] == str(len(data))
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "public, max-age=600, must-revalidate"
    assert "Content-Encoding" not in response


def test_a_download_is_counted_once_for_package_and_extension(
    client: Client, approve: Approve, run_tasks: Callable[[], int]
) -> None:
    path = approve().packages.get().download_path
    run_tasks()
    body(client.get(path))
    body(client.get(path + "?repository=%2Fapi%2Fv1%2Fextensions%2F"))
    assert client.head(path).content == b""
    etag = f'"{Package.objects.get().sha256}"'
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert body(client.get(path, headers={"Range": "bytes=10-"}))
    assert DOWNLOADS.flush() == 1
    assert run_tasks() == 1
    assert Package.objects.get().download_count == 1
    assert Extension.objects.get().download_count == 1


def test_a_download_writes_nothing(client: Client, approve: Approve) -> None:
    path = approve().packages.get().download_path
    with CaptureQueriesContext(connection) as queries:
        assert body(client.get(path)) == package()
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-9", slice(0, 10)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-20", slice(-20, None)),
        ("bytes=5-100000000", slice(5, None)),
    ],
)
def test_an_interrupted_download_can_be_continued(
    client: Client, approve: Approve, asked: str, part: slice
) -> None:
    path = approve().packages.get().download_path
    response = client.get(path, headers={"Range": asked})
    expected = package()[part]
    assert response.status_code == 206
    assert body(response) == expected
    assert response["Content-Length"] == str(len(expected))
    start = package().index(expected)
    assert response["Content-Range"] == (
        f"bytes {start}-{start + len(expected) - 1}/{len(package())}"
    )


def test_a_range_beyond_the_end_is_refused_and_an_invalid_one_is_ignored(
    client: Client, approve: Approve
) -> None:
    found = approve().packages.get()
    beyond = client.get(found.download_path, headers={"Range": f"bytes={found.size}-"})
    assert beyond.status_code == 416
    assert beyond["Content-Range"] == f"bytes */{found.size}"
    far = "9" * 5000
    odd = ("bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=5-2")
    for asked in (*odd, f"bytes={far}-", f"bytes=-{far}", f"bytes=0-{far}"):
        whole = client.get(found.download_path, headers={"Range": asked})
        assert whole.status_code == 200
        assert body(whole) == package()
    other = {"Range": "bytes=5-", "If-Range": '"another"'}
    assert body(client.get(found.download_path, headers=other)) == package()


def test_until_it_is_approved_only_its_owner_and_moderators_get_a_package(
    client: Client, owner: User, moderator: User, stranger: User, signed_in: Browser
) -> None:
    path = factories.make_waiting(owner).packages.get().download_path
    for guest in (client, signed_in(stranger)):
        response = guest.get(path, headers={"Accept": "application/json"})
        assert response.status_code == 403
        assert response.json()["problems"][0]["code"] == "download.not-public"
    for person in (owner, moderator):
        response = signed_in(person).get(path)
        assert body(response) == package()
        assert "no-store" in response["Cache-Control"]


def test_a_token_downloads_what_its_user_may_download(
    client: Client, owner: User, moderator: User, stranger: User
) -> None:
    path = factories.make_waiting(owner).packages.get().download_path
    for person in (owner, moderator):
        response = client.get(path, headers={"Authorization": bearer_of(person)})
        assert body(response) == package()
        assert "no-store" in response["Cache-Control"]
    assert client.get(path, headers={"Authorization": bearer_of(stranger)}).status_code == 403
    assert client.get(path, headers={"Authorization": "Bearer extery_wrong"}).status_code == 401


def test_a_public_package_is_sent_whatever_the_token(client: Client, approve: Approve) -> None:
    path = approve().packages.get().download_path
    response = client.get(path, headers={"Authorization": "Bearer extery_wrong"})
    assert body(response) == package()
    assert response["Cache-Control"] == "public, max-age=600, must-revalidate"


def test_a_blocked_package_is_for_moderators_only(
    client: Client, owner: User, moderator: User, signed_in: Browser
) -> None:
    extension = factories.make_blocked(owner, moderator, reason="Mines coins")
    path = extension.newest_version.packages.get().download_path
    for guest in (client, signed_in(owner)):
        response = guest.get(path, headers={"Accept": "application/json"})
        assert response.status_code == 403
        assert response.json()["problems"][0]["code"] == "download.blocked"
        assert "Mines coins" in response.json()["detail"]
    assert body(signed_in(moderator).get(path)) == package()


def test_another_file_name_redirects_to_the_right_one(client: Client, approve: Approve) -> None:
    found = approve(version="1.0.0+linux").packages.get()
    assert found.download_path.endswith("/add-on-gear_tool-v1.0.0%2Blinux.zip")
    response = client.get(f"/download/sha256:{found.sha256}/else.zip")
    assert response.status_code == 302
    assert response["Location"] == found.download_path
    assert body(client.get(found.download_path)) == package(version="1.0.0+linux")


def test_an_unknown_hash_is_not_found(client: Client, db: None) -> None:
    response = client.get(
        f"/download/sha256:{'0' * 64}/x.zip", headers={"Accept": "application/json"}
    )
    assert response.status_code == 404
    assert response.json()["problems"][0]["code"] == "download.not-found"
    assert client.get("/download/sha256:XYZ/x.zip").status_code == 404


def test_a_lost_file_is_a_server_error(client: Client, approve: Approve) -> None:
    found = approve().packages.get()
    path_of(found.file).unlink()
    response = client.get(found.download_path, headers={"Accept": "application/json"})
    assert response.status_code == 500
    assert response.json()["problems"][0]["code"] == "download.file-missing"
