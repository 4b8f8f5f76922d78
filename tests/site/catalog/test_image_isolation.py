"""Images are decoded in a process of their own, and what it returns is not trusted."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image as Pillow

from extery.core.errors import InvalidInput
from extery.isolation.limits import Reply
from extery_site.catalog import images
from extery_site.project.isolation import isolation
from tests.isolated_in_process import really_isolated
from tests.site.catalog.stored_images import opened, store_image, stored
from tests.site.factories import picture
from tests.site.scanning.hostile_archives import png_bomb


@pytest.fixture
def isolated() -> Iterator[None]:
    """Call isolated functions as a site does."""
    isolation.cache_clear()
    with really_isolated():
        yield
    isolation().close()
    isolation.cache_clear()


def test_images_are_decoded_in_isolation(run_tasks: Callable[[], int], isolated: None) -> None:
    image = stored(run_tasks, 1280, 720)
    sizes = [opened(file).size for file in (image.file, image.large, image.small)]
    assert sizes == [(1280, 720), (1280, 720), (640, 360)]
    with pytest.raises(InvalidInput) as caught:
        store_image(io.BytesIO(png_bomb(20_000)))
    assert caught.value.code == "image.too-large"
    with pytest.raises(InvalidInput) as caught:
        store_image(io.BytesIO(b"no image"))
    assert caught.value.code == "image.not-image"


def test_an_image_that_is_too_much_for_its_process_is_refused(
    isolated: None, monkeypatch: pytest.MonkeyPatch, media: Callable[[], list[str]]
) -> None:
    limits = images._LIMITS._replace(memory=30_000_000)
    monkeypatch.setattr(images, "_LIMITS", limits)
    file = io.BytesIO()
    Pillow.new("RGBA", (5120, 2880)).save(file, "PNG")
    with pytest.raises(InvalidInput) as caught:
        store_image(file)
    [problem] = caught.value.problems
    assert problem.message.startswith("the image takes too much memory or time")
    assert media() == []


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, b""),
        ({"size": [1], "problems": []}, b"RIFF....WEBP"),
        ({"size": [960, 540], "problems": []}, b"<script>"),
    ],
)
def test_only_images_are_stored_whatever_the_process_says(
    monkeypatch: pytest.MonkeyPatch, media: Callable[[], list[str]], value: Any, data: bytes
) -> None:
    monkeypatch.setattr(images, "call_isolated", lambda *_: Reply(value, data))
    with pytest.raises(InvalidInput):
        store_image(picture())
    assert media() == []
