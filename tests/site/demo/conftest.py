"""The demonstration, filled in quickly: with one small picture for all."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from extery_site import demo
from extery_site.demo.filling import DemoSummary


@pytest.fixture
def quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw nothing: storing full images takes most of the time, and has a test of its own."""
    buffer = io.BytesIO()
    Image.new("RGB", (960, 540), "#2f9a83").save(buffer, "PNG")
    plain = buffer.getvalue()
    monkeypatch.setattr(
        "extery_site.demo.filling.picture", lambda story: plain if story.alt_text else None
    )


@pytest.fixture
def filled(db: None, quick_pictures: None) -> DemoSummary:
    """A site with the demonstration on it."""
    return demo.fill()
