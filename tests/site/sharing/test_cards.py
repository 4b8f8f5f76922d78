"""Social cards and the head of the page: drawn once, kept within bounds, and safe with hostile names."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image as Pillow

from extery_site.catalog.models import Extension, Version
from extery_site.sharing import card_drawing, cards
from extery_site.sharing.card import Card
from extery_site.sharing.card_drawing import clean, draw, wrap
from extery_site.sharing.fonts import font_for

Approve = Callable[..., Version]
HOSTILE = "</script><script>alert(1)</script>\u202e\u2028&\"'<!--"


def card(**values: object) -> Card:
    fields: dict[str, object] = {
        "name": "Gear Tool",
        "fallback": "gear_tool",
        "tagline": "Makes gears",
        "author": "by Ada",
        "facts": "Add-on",
        "site": "Extery",
    }
    return Card(**{**fields, **values})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_card_is_drawn_once_and_its_address_changes_with_what_it_shows(
    client: Client, approve: Approve, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve()
    first = client.get("/cards/gear_tool.png")
    assert (first.status_code, first["Cache-Control"]) == (302, "public, max-age=300")
    drawn = client.get(first["Location"])
    assert drawn["Content-Type"] == "image/png"
    assert drawn["Cache-Control"] == "public, max-age=31536000, immutable"
    with Pillow.open(io.BytesIO(drawn.content)) as image:
        assert image.size == (1200, 630)

    def fail(_: Card) -> bytes:
        raise AssertionError("drawn again")

    with monkeypatch.context() as patched:
        patched.setattr(cards, "_draw", fail)
        assert client.get(first["Location"]).content == drawn.content
        Extension.objects.update(name="Cog Tool")
        moved = client.get(first["Location"])
        assert moved.status_code == 302
        assert moved["Location"] != first["Location"]
    assert client.get("/cards/nothing.png").status_code == 404
    Extension.objects.update(status=Extension.Status.BLOCKED)
    assert client.get("/cards/gear_tool.png").status_code == 404
    assert client.get(first["Location"]).status_code == 404


@pytest.mark.django_db
def test_a_full_disk_and_a_missing_picture_do_no_harm(
    client: Client, approve: Approve, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve()  # its image has rows and no files
    blocker = cards.folder().parent
    blocker.parent.mkdir(parents=True, exist_ok=True)
    blocker.write_text("not a folder")
    assert client.get("/cards/gear_tool.png", follow=True).status_code == 200
    monkeypatch.setattr(cards, "_PATIENCE", 0)
    with cards._DRAWING:
        busy = client.get("/cards/gear_tool.png", follow=True)
    assert (busy.status_code, busy["Retry-After"]) == (503, "0")


def test_the_oldest_cards_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "MAX_CARDS", 4)
    cards.folder().mkdir(parents=True)
    for number in range(5):
        (cards.folder() / f"{number}.png").write_bytes(b"")
    assert cards.prune() == 2
    assert cards.prune() == 0


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "W" * 5000,
        "x\u0301\u0302\u0303" * 500,
        "\x00\ud800\ufffe",
        "",
        " ",
        "日本語",
        "ارد",
    ],
)
def test_any_text_can_be_drawn(text: str) -> None:
    data = draw(card(name=text, tagline=text, author=text))
    with Pillow.open(io.BytesIO(data)) as image:
        assert image.size == (card_drawing.WIDTH, card_drawing.HEIGHT)


@pytest.mark.parametrize("picture", [b"", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBPVP8 ", b"\x89PNG"])
def test_a_picture_that_cannot_be_read_is_left_out(picture: bytes) -> None:
    assert draw(card(picture=picture)) == draw(card())


def test_names_that_no_font_has_are_replaced_by_the_id() -> None:
    assert draw(card(name="\U000e0101\U000f0000")) == draw(card(name="gear_tool", fallback="x"))


def test_texts_are_bounded() -> None:
    assert clean("a" + "\u0301" * 9) == "a\u0301\u0301"
    assert clean("a\u202eb\nc") == "ab c"
    assert len(clean("x" * 9999)) == 300
    font = font_for("abc …", 30)
    assert font is not None
    lines = wrap("word " * 100 + "W" * 200, font, 300, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(font.getlength(line) <= 300 for line in lines)


@pytest.mark.django_db
def test_the_head_of_a_public_page_tells_other_sites_about_it(
    client: Client, approve: Approve
) -> None:
    approve(license=["SPDX:GPL-3.0-or-later"])
    Extension.objects.update(
        name=HOSTILE, tagline=HOSTILE, rating_count=4, rating_score=4.56, download_count=7
    )
    page = client.get("/extensions/gear_tool/").content.decode()
    assert page.count("og:title") == 1
    assert "<script>alert" not in page
    assert '<meta property="og:image" content="http://testserver/cards/gear_tool.png">' in page
    [text] = [
        part.partition("</script>")[0]
        for part in page.split('<script type="application/ld+json">')[1:]
    ]
    assert not set("<>&\u2028") & set(text)
    found = json.loads(text)
    assert found["@type"] == "SoftwareApplication"
    assert found["name"].startswith("</script><script>alert(1)</script>[U+202E]")
    assert found["license"] == "https://spdx.org/licenses/GPL-3.0-or-later.html"
    assert found["interactionStatistic"]["userInteractionCount"] == 7
    assert "aggregateRating" not in found
    Extension.objects.update(rating_count=5)
    page = client.get("/extensions/gear_tool/").content.decode()
    assert '"ratingValue":4.6' in page
    Extension.objects.update(unlisted_at="2026-01-01T00:00:00Z")
    page = client.get("/extensions/gear_tool/").content.decode()
    assert "ld+json" not in page
    assert "og:" not in page
