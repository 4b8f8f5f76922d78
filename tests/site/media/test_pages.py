"""The page of pictures and videos works without a script, and the page of an extension shows its gallery."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.media.models import GalleryItem
from tests.site import factories
from tests.site.media.content import add_item, gif, keys
from tests.site.media.videos import mp4
from tests.site.pages.html import open_page

SignedIn = Callable[[User], Client]
PATH = "/publish/gear_tool/media/"


@pytest.fixture
def extension(owner: User) -> Extension:
    return factories.make_complete(owner).extension


@pytest.fixture
def browser(owner: User, signed_in: SignedIn) -> Client:
    return signed_in(owner)


def upload(file: io.BytesIO, name: str = "gear.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, file.getvalue())


def test_several_pictures_are_uploaded_and_a_bad_one_does_not_stop_the_others(
    extension: Extension, browser: Client
) -> None:
    files = [
        upload(factories.picture(960, 540), "a.png"),
        upload(gif(), "../../<b>evil</b>.gif"),
        upload(factories.picture(1000, 600), "c.png"),
    ]
    response = browser.post(PATH, {"action": "pictures", "pictures": files})
    assert response.status_code == 422
    page = response.content.decode()
    assert "2 pictures added." in page
    assert "&lt;b&gt;evil" not in page  # only the last part of a path is its name
    assert "b&gt;.gif</strong>: The image is a GIF" in page
    assert "image.unsupported-format" in page
    assert "Crop it to 1000 × 562 pixels" in page
    assert len(keys(extension)) == 3
    assert page.count("Alt text is missing") == 2
    assert browser.post(PATH, {"action": "pictures"}).status_code == 422
    assert browser.post(PATH, {"action": "other"}).status_code == 404


def test_a_button_saves_the_texts_and_moves(extension: Extension, browser: Client) -> None:
    add_item(extension)
    add_item(extension)
    cover, second, third = keys(extension)
    texts = {f"alt-{key}": f"Gear {key} <script>" for key in (cover, second, third)}
    response = browser.post(PATH, {**texts, "up": third}, follow=True)
    assert response.status_code == 200
    assert keys(extension) == [cover, third, second]
    page = response.content.decode()
    assert f"Gear {second} &lt;script&gt;" in page
    assert "<script>" not in page.split("<main")[1]
    browser.post(PATH, {"down": cover})
    assert keys(extension) == [third, cover, second]


def test_an_order_that_was_dragged_is_saved_unless_the_gallery_has_changed(
    extension: Extension, browser: Client
) -> None:
    add_item(extension)
    add_item(extension)
    cover, second, third = keys(extension)
    data = {"seen": f"{cover},{second},{third}", "order": f"{third},{cover},{second}"}
    assert browser.post(PATH, data).status_code == 302
    assert keys(extension) == [third, cover, second]
    response = browser.post(PATH, data)
    assert response.status_code == 409
    assert "The gallery has changed since this page was opened" in response.content.decode()
    for order in ("x", "91,92,93", "9" * 5000, "١,٢", f"{cover},{cover},{third}", ",,,"):
        seen = ",".join(map(str, keys(extension)))
        assert browser.post(PATH, {"seen": seen, "order": order}).status_code == 422
    assert keys(extension) == [third, cover, second]


def test_what_was_typed_stays_when_one_text_is_wrong(extension: Extension, browser: Client) -> None:
    add_item(extension)
    cover, other = keys(extension)
    response = browser.post(PATH, {f"alt-{cover}": "", f"alt-{other}": "Typed by hand"})
    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="Typed by hand"' in page
    assert page.count("The alt text is missing. Say what one sees") == 1
    assert browser.post(PATH, {"alt-x": "Odd"}).status_code == 404


def test_a_video_is_added_with_its_picture(extension: Extension, browser: Client) -> None:
    def send(**values: Any) -> Any:
        poster = upload(factories.picture(960, 540))
        data = {"video-poster": poster, "video-alt_text": "It turns", **values}
        return browser.post(PATH, {"action": "video", **data})

    assert send(**{"video-file": upload(io.BytesIO(mp4()), "a.mp4")}).status_code == 302
    assert send(**{"video-youtube": "https://youtu.be/aqz-KE-bpKQ"}).status_code == 302
    assert [item.kind for item in GalleryItem.objects.all()] == ["video", "youtube"]
    for values, words in (
        ({}, "The field file has no file"),
        ({"video-youtube": "https://evil.example/"}, "is not the address of a video on YouTube"),
        ({"video-file": upload(gif(), "a.mp4")}, "The file is not an MP4 or WebM video"),
        ({"video-poster": "", "video-youtube": "aqz-KE-bpKQ"}, "Choose a picture of the video"),
        ({"video-alt_text": "", "video-youtube": "aqz-KE-bpKQ"}, "Alt text is missing"),
        ({"video-youtube": "x" * 301}, "at most 300 characters"),
    ):
        response = send(**values)
        assert response.status_code == 422
        assert words in response.content.decode().replace("&#x27;", "'")


def test_an_icon_is_set_and_removed(extension: Extension, browser: Client) -> None:
    assert '<text x="24"' in browser.get(PATH).content.decode()
    data = {"action": "icon", "icon-icon": upload(factories.picture(300, 200))}
    response = browser.post(PATH, data)
    assert (response.status_code, "not a square" in response.content.decode()) == (422, True)
    data = {"action": "icon", "icon-icon": upload(factories.picture(300, 300))}
    page = browser.post(PATH, data, follow=True).content.decode()
    extension.refresh_from_db()
    assert f'src="{extension.icon_url}"' in page
    browser.post(PATH, {"action": "remove-icon"})
    extension.refresh_from_db()
    assert extension.icon_url == ""


def test_a_picture_is_removed_after_a_question(extension: Extension, browser: Client) -> None:
    add_item(extension)
    cover, other = keys(extension)
    page = open_page(browser, f"{PATH}{other}/remove/")
    assert "Remove this picture?" in page.html
    assert browser.post(f"{PATH}{other}/remove/").status_code == 302
    assert keys(extension) == [cover]
    assert browser.get(f"{PATH}{other}/remove/").status_code == 404


def test_others_have_no_such_page(
    extension: Extension, client: Client, stranger: User, moderator: User, signed_in: SignedIn
) -> None:
    add_item(extension)
    before = keys(extension)
    for path in (PATH, f"{PATH}{before[1]}/remove/"):
        assert client.post(path).status_code == 302
        for user in (stranger, moderator):
            assert signed_in(user).get(path).status_code == 404
            assert signed_in(user).post(path, {"up": before[1]}).status_code == 404
    assert keys(extension) == before


def test_the_page_of_an_extension_shows_its_gallery(
    client: Client, approve: Callable[..., Version]
) -> None:
    extension = approve().extension
    single = open_page(client, "/extensions/gear_tool/").html
    assert "data-thumb" not in single
    add_item(extension, "Second <i>one</i>", size=(1280, 720))
    add_item(extension, "It turns", video="d")
    add_item(extension, "")
    page = open_page(client, "/extensions/gear_tool/?picture=2").html
    assert page.count("data-thumb ") == 3
    assert "2 of 3" in page
    assert "data-caption>Second &lt;i&gt;one&lt;/i&gt;<" in page
    assert 'width="1280" height="720" fetchpriority="high"' in page
    assert " 1280w" in page
    assert "<video" not in page
    video = open_page(client, "/extensions/gear_tool/?picture=3").html
    assert "data-play-label>Play, 24 seconds<" in video
    assert f'href="/media/videos/dd/{"d" * 64}.mp4"' in video
    for number in ("0", "4", "-1", "x", "9" * 5000, "²"):
        assert "1 of 3" in open_page(client, f"/extensions/gear_tool/?picture={number}").html


def test_only_a_page_with_a_video_on_youtube_may_show_its_frame(
    client: Client, approve: Callable[..., Version]
) -> None:
    extension = approve().extension
    policy = client.get("/extensions/gear_tool/")["Content-Security-Policy"]
    assert "frame-src" not in policy
    add_item(extension, youtube="aqz-KE-bpKQ")
    response = client.get("/extensions/gear_tool/")
    assert response["Content-Security-Policy"] == (
        f"{policy}; frame-src https://www.youtube-nocookie.com"
    )
    page = response.content.decode()
    assert "<iframe" not in page
    assert "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?autoplay=1" in page
    assert "frame-src" not in client.get("/")["Content-Security-Policy"]


def test_the_gallery_takes_one_query(
    approve: Callable[..., Version], django_assert_num_queries: Any
) -> None:
    from extery_site.media.gallery import read_gallery

    extension = approve().extension
    for number in range(4):
        add_item(extension, video=str(number))
    extension = Extension.objects.select_related("image").get()
    with django_assert_num_queries(1):
        for one in read_gallery(extension):
            assert one.image.srcset
            assert one.item is None or one.item.video_url
