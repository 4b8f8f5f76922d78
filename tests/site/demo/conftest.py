"""The demonstration, filled in quickly: rows of images without their files."""

from __future__ import annotations

from typing import BinaryIO

import pytest

from extery.core.errors import ProblemList
from extery_site import demo
from extery_site.catalog.models import Image
from extery_site.demo.filling import DemoSummary


def row_only(_file: BinaryIO, *, alt_text: str = "") -> tuple[Image, ProblemList]:
    """Stands in for `store_image`, in which filling spends most of its time."""
    image = Image.objects.create(
        file="images/aa/full.webp",
        large="images/aa/large.webp",
        small="images/aa/small.webp",
        width=1920,
        height=1080,
        alt_text=alt_text,
    )
    return image, ProblemList()


@pytest.fixture
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw and store no images; that has a test of its own."""
    monkeypatch.setattr(
        "extery_site.demo.filling.picture", lambda story: b"a picture" if story.alt_text else None
    )
    monkeypatch.setattr("extery_site.publish.actions.store_image", row_only)


@pytest.fixture
def filled(db: None, quick_pictures: None) -> DemoSummary:
    """A site with the demonstration on it."""
    return demo.fill()
