"""Placeholder images of extensions without an image."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.test import Client

from extery_site.catalog.pictures import mix, picture

IDS = [f"extension_{number}" for number in range(40)]


@pytest.mark.parametrize("kind", ["add-on", "theme"])
def test_a_placeholder_is_small_valid_svg(kind: str) -> None:
    for extension_id in IDS:
        text = picture(extension_id, kind)
        root = ElementTree.fromstring(text)
        assert root.get("viewBox") == "0 0 960 540"
        assert len(root) > 5 or len(root[-1]) > 5
        assert len(text) < 40_000


@pytest.mark.parametrize("kind", ["add-on", "theme"])
def test_the_same_id_always_gets_the_same_placeholder(kind: str) -> None:
    assert picture("gear_tool", kind) == picture("Gear_Tool", kind)
    assert len({picture(extension_id, kind) for extension_id in IDS}) == len(IDS)


def test_placeholders_are_cacheable(client: Client) -> None:
    response = client.get("/pictures/theme/gear_tool.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert "max-age=2592000" in response["Cache-Control"]
    assert response.content.decode() == picture("gear_tool", "theme")


def test_a_placeholder_does_not_contain_the_id(client: Client) -> None:
    assert b"script" not in client.get("/pictures/add-on/%3Cscript%3E.svg").content


def test_colours_are_blended_by_share() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
