"""Browsers keep images, shared caches ask again, and those of blocked extensions are not public."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.images import uploaded_image
from extery_site.catalog.models import Extension, Image
from extery_site.files.layout import FileKind, media_url
from extery_site.files.models import StoredFile
from extery_site.files.storage import stage_file
from extery_site.media import icons
from extery_site.moderation import decisions as moderation
from tests.site import factories
from tests.site.media.content import add_item

SignedIn = Callable[[User], Client]


@pytest.fixture
def shown(owner: User, moderator: User, run_tasks: Callable[[], int]) -> Extension:
    """An approved extension with the files of its image, which is small to be made fast."""
    extension = factories.make_approved(owner, moderator).extension
    with uploaded_image(factories.picture(960, 540)) as image, transaction.atomic():
        extension.image = image.store(alt_text="A gear")
    extension.save()
    Image.objects.exclude(pk=extension.image.pk).delete()
    run_tasks()
    return Extension.objects.select_related("image").get()


def urls() -> list[str]:
    image = Image.objects.get()
    return [image.small_url, image.large_url, f"/media/{image.file.name}"]


def get(client: Client, url: str, **headers: str) -> Any:
    """Return the response after its body was read, which closes the file."""
    response: Any = client.get(url, headers=headers)
    response.body = b"".join(response)
    return response


def block(extension: Extension, moderator: User) -> None:
    moderation.block_extension(extension=extension, by=moderator, reason="Harm")


def test_browsers_keep_an_image_and_shared_caches_ask_again(
    client: Client, shown: Extension, settings: Any
) -> None:
    settings.EXTERY_CACHE_LIFETIME = timedelta(minutes=3)
    response = get(client, urls()[0])
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=31536000, immutable, s-maxage=180"
    again = get(client, urls()[0], **{"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert again["Cache-Control"] == response["Cache-Control"]
    assert again.body == b""
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_the_image_of_a_blocked_extension_is_for_its_owner_and_moderators(
    client: Client,
    shown: Extension,
    owner: User,
    moderator: User,
    stranger: User,
    signed_in: SignedIn,
) -> None:
    etag = get(client, urls()[0])["ETag"]
    block(shown, moderator)
    for url in urls():
        for visitor in (client, signed_in(stranger)):
            assert get(visitor, url).status_code == 403
            assert get(visitor, url, **{"If-None-Match": etag}).status_code == 403
        for user in (owner, moderator):
            response = get(signed_in(user), url)
            assert response.status_code == 200
            assert response["Cache-Control"] == "private, no-store"
    moderation.unblock_extension(extension=shown, by=moderator)
    assert get(client, urls()[0]).status_code == 200


def test_pages_of_a_blocked_extension_do_not_name_its_image(
    client: Client, shown: Extension, moderator: User
) -> None:
    assert "/media/images/" in client.get("/extensions/gear_tool/").content.decode()
    block(shown, moderator)
    for path in ("/extensions/gear_tool/", "/queue/gear_tool/1.0.0/", "/queue/?show=decided"):
        content = client.get(path).content.decode()
        assert "Gear Tool" in content
        assert "/media/images/" not in content


def test_an_image_that_another_extension_uses_stays_public(
    client: Client, shown: Extension, moderator: User, stranger: User
) -> None:
    other = factories.make_draft(stranger, id="other_tool").extension
    with uploaded_image(factories.picture(960, 540)) as image, transaction.atomic():
        other.image = image.store(alt_text="A gear")
    other.save()
    url = urls_of(shown)
    block(shown, moderator)
    assert get(client, url).status_code == 200


def urls_of(extension: Extension) -> str:
    assert extension.image is not None
    return "/media/" + extension.image.file.name


def test_an_image_is_found_with_one_query(
    client: Client, shown: Extension, django_assert_num_queries: Any
) -> None:
    [url, *_] = urls()
    with django_assert_num_queries(1):
        get(client, url)


@pytest.fixture
def video(shown: Extension) -> StoredFile:
    """A video of the extension, of ten bytes."""
    with stage_file(io.BytesIO(b"0123456789"), FileKind.WEBM) as stage, transaction.atomic():
        file = stage.store()
    item = add_item(shown, video="d")
    item.video = file
    item.save()
    return file


RANGES = [
    ("", 200, b"0123456789", None),
    ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
    ("bytes=8-", 206, b"89", "bytes 8-9/10"),
    ("bytes=-3", 206, b"789", "bytes 7-9/10"),
    ("bytes=10-", 416, b"", "bytes */10"),
    ("bytes=5-2", 200, b"0123456789", None),
    ("bytes=0-1,4-5", 200, b"0123456789", None),
    ("bytes=99999999999999999999-", 200, b"0123456789", None),
]


def test_a_video_is_sent_in_ranges(client: Client, video: StoredFile) -> None:
    url = media_url(video.kind, video.sha256)
    for asked, status, body, content_range in RANGES:
        response = get(client, url, **({"Range": asked} if asked else {}))
        assert (response.status_code, response.body) == (status, body), asked
        assert response.headers.get("Content-Range") == content_range
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Accept-Ranges"] == "bytes"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["Content-Type"] == "video/webm"
        assert "Content-Disposition" not in response.headers


def test_a_video_has_one_address(client: Client, video: StoredFile) -> None:
    sha256 = video.sha256
    for path in (
        f"/media/videos/00/{sha256}.webm",
        f"/media/videos/{sha256[:2]}/{sha256}.mp4",
        f"/media/videos/{sha256[:2]}/{sha256}.html",
        f"/media/images/{sha256[:2]}/{sha256}.webp",
    ):
        assert client.get(path).status_code == 404


def test_everything_in_the_gallery_of_a_blocked_extension_is_hidden(
    client: Client,
    shown: Extension,
    video: StoredFile,
    owner: User,
    moderator: User,
    signed_in: SignedIn,
) -> None:
    icons.set_icon(extension=shown, by=owner, file=factories.picture(256, 256), address=None)
    shown.refresh_from_db()
    file = shown.image.file
    item = add_item(shown)
    item.image.file = file
    item.image.save()
    paths = [media_url(video.kind, video.sha256), shown.icon_url, f"/media/{file.name}"]
    assert {get(client, path).status_code for path in paths} == {200}
    block(shown, moderator)
    assert {get(client, path).status_code for path in paths} == {403}
    for user in (owner, moderator):
        for path in paths:
            response = get(signed_in(user), path)
            assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
