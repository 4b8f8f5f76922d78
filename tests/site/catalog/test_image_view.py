"""Images are revalidated after minutes, and those of blocked extensions are not public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Image, Version
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from tests.site import factories

SignedIn = Callable[[User], Client]


@pytest.fixture
def shown(owner: User, moderator: User, run_tasks: Callable[[], int]) -> Extension:
    """An approved extension with the files of its image."""
    extension = factories.make_draft(owner).extension
    publish.update_draft(
        extension=extension,
        by=owner,
        image=factories.picture(),
        alt_text="A gear",
        description="Gears",
    )
    run_tasks()
    version = publish.submit(version=Version.objects.get(), by=owner)
    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    return Extension.objects.get()


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


def test_caches_ask_again_after_minutes(client: Client, shown: Extension, settings: Any) -> None:
    settings.EXTERY_CACHE_LIFETIME = timedelta(minutes=3)
    response = get(client, urls()[0])
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=180, must-revalidate"
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
    publish.update_draft(extension=other, by=stranger, image=factories.picture(), alt_text="A gear")
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
