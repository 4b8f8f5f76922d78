"""What is kept of selected listings is limited, and is as new as what was chosen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extery.core.compatibility import System
from extery_site.catalog.models import Version
from extery_site.listings import selections
from extery_site.listings.selections import Choice, SelectionCache
from tests.site.listings.test_listing import Approve

BASE = "https://a.example"
ANY = System(None, None, None)


class Chosen:
    """A choice that counts how often it is read."""

    def __init__(self, choice: dict[str, int | None]) -> None:
        self.choice = choice
        self.reads = 0

    def __call__(self) -> Choice:
        self.reads += 1
        return self.choice


def ids(cache: SelectionCache, key: int, revision: int, chosen: Chosen) -> list[str]:
    document: Any = json.loads(b"".join(cache.get(key, revision, chosen, ANY, BASE).body))
    return [entry["id"] for entry in document["data"]]


@pytest.fixture
def tools(approve: Approve) -> list[Version]:
    return [approve(id=f"tool_{number}", name=f"Tool {number}") for number in range(3)]


def test_a_choice_is_read_again_when_its_revision_changes(tools: list[Version]) -> None:
    cache, chosen = SelectionCache(), Chosen({"tool_0": None, "unknown": None})
    assert ids(cache, 1, 0, chosen) == ids(cache, 1, 0, chosen) == ["tool_0"]
    chosen.choice = {"tool_1": None, "tool_2": tools[2].pk, "tool_0": 0}
    assert ids(cache, 1, 0, chosen) == ["tool_0"]
    assert ids(cache, 1, 1, chosen) == ["tool_1", "tool_2"]
    assert chosen.reads == 2


def test_only_the_last_used_selections_are_kept(
    tools: list[Version], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selections, "MAX_SELECTIONS", 2)
    cache, chosen = SelectionCache(), Chosen({"tool_0": None})
    for key in (1, 2, 1, 3):
        ids(cache, key, 0, chosen)
    assert chosen.reads == 3
    ids(cache, 1, 0, chosen)  # was used after the second
    assert chosen.reads == 3
    ids(cache, 2, 0, chosen)
    assert chosen.reads == 4


def test_the_bytes_are_limited(tools: list[Version]) -> None:
    cache, chosen = SelectionCache(max_bytes=1), Chosen({"tool_0": None})
    for key in (1, 2, 1):
        assert ids(cache, key, 0, chosen) == ["tool_0"]
    assert chosen.reads == 3


def test_documents_of_made_up_systems_are_limited(
    tools: list[Version], approve: Approve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selections, "MAX_DOCUMENTS", 2)
    for number in range(4):
        approve(version=f"2.{number}.0", id="tool_0", blender_version_min=f"5.{number}.0")
    cache, chosen = SelectionCache(), Chosen({"tool_0": None})
    for number in range(60):
        cache.get(1, 0, chosen, System((5, number, 0), None, None), BASE)
    [kept] = cache._selections.values()
    assert len(kept.documents) == 2
