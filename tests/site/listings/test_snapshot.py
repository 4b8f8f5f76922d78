"""Listings from memory: their bytes, and the chunks that snapshots share."""

from __future__ import annotations

import gzip
import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extery.core.compatibility import Audience, System
from extery.core.types import ADD_ON, TYPE_NAMES
from extery_site.listings import chunks
from extery_site.listings.changes import Changes, ExtensionState
from extery_site.listings.document import ListingDocument
from extery_site.listings.packed import Entry, PackedEntries, Versions
from extery_site.listings.snapshot import Snapshot
from tests.site.listings.test_changes import audiences, entry_for, newest, systems

IDS = [f"tool_{number}" for number in range(12)]
BASE = "https://a.example"


def entry_of(audience: Audience, text: str, type_: str = ADD_ON.name) -> Entry:
    before = f'{{"id":"{text}","archive_url":"'
    return entry_for(type_, audience, before.encode(), f'/{text}.zip"}}'.encode())


versions = st.sampled_from(TYPE_NAMES).flatmap(
    lambda type_: st.lists(
        st.lists(
            st.builds(entry_of, audiences, st.sampled_from("abcde"), st.just(type_)),
            min_size=1,
            max_size=2,
        ),
        max_size=3,
    ).map(lambda versions: tuple(tuple(entries) for entries in versions))
)


class State(NamedTuple):
    """An extension before its entries are packed."""

    id_key: str
    versions: Versions
    block: tuple[str, str] | None

    @property
    def packed(self) -> ExtensionState:
        return ExtensionState(self.id_key, PackedEntries.of(self.versions), self.block)


states = st.builds(
    State,
    st.sampled_from(IDS),
    versions,
    st.none() | st.tuples(st.sampled_from(IDS), st.sampled_from(["Mines coins", 'Says "no" ü'])),
)


@pytest.fixture(autouse=True, scope="module")
def _small_chunks() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "EXTENSIONS_PER_CHUNK", 3)
        yield


def document_of(states: dict[str, State], system: System, base: str) -> Any:
    """Return the listing, computed in the simplest way."""
    ordered = [states[id_key] for id_key in sorted(states)]
    return {
        "version": "v1",
        "all_versions": "./{id}/listing/",
        "blocklist": [
            {"id": s.block[0], "reason": s.block[1]} for s in ordered if s.block is not None
        ],
        "data": [
            json.loads(entry.before_address + base.encode() + entry.after_address)
            for state in ordered
            for entry in newest(state.versions, system)
        ],
    }


@settings(deadline=None)
@given(st.lists(st.lists(states, max_size=4), max_size=6), systems)
def test_an_updated_snapshot_equals_a_new_one(steps: list[list[State]], system: System) -> None:
    snapshot = Snapshot.of(Changes(0, []))
    present: dict[str, State] = {}
    kept: list[ListingDocument] = []
    for revision, step in enumerate(steps, start=1):
        kept.append(snapshot.render(system, BASE))
        snapshot = snapshot.apply(Changes(revision, [state.packed for state in step]))
        present |= {state.id_key: state for state in step}
    document = snapshot.render(system, BASE)
    at_once = Snapshot.of(Changes(len(steps), [state.packed for state in present.values()])).render(
        system, BASE
    )

    assert document.body == at_once.body
    assert document.gzipped == at_once.gzipped
    assert (document.etag, document.gzip_etag) == (at_once.etag, at_once.gzip_etag)
    body = b"".join(document.body)
    parsed = json.loads(body)
    assert parsed == document_of(present, system, BASE)
    assert body == json.dumps(parsed, separators=(",", ":")).encode()
    assert gzip.decompress(b"".join(document.gzipped)) == body
    assert document.length == len(body)
    assert document.gzipped_length == len(b"".join(document.gzipped))


@settings(deadline=None)
@given(st.lists(states, max_size=8), systems)
def test_the_normalized_system_gets_the_same_listing(states: list[State], system: System) -> None:
    snapshot = Snapshot.of(Changes(1, [state.packed for state in states]))
    normal = snapshot.normalize(system)
    assert snapshot.render(normal, BASE).body == snapshot.render(system, BASE).body


EVERYBODY = Audience.of()


def of_everybody(text: str) -> PackedEntries:
    return PackedEntries.of(((entry_of(EVERYBODY, text),),))


def many() -> dict[str, PackedEntries]:
    return {f"tool_{number:03}": of_everybody(f"tool_{number:03}") for number in range(200)}


def test_a_change_renders_and_compresses_one_chunk_again() -> None:
    before = Snapshot(1, many(), {})
    old = before.render(System(), BASE)
    _ = old.gzipped
    change = ExtensionState("tool_100", of_everybody("changed"), None)
    new = before.apply(Changes(2, [change])).render(System(), BASE)

    assert len(old.chunks) > 20
    shared = {id(chunk) for chunk in old.chunks} & {id(chunk) for chunk in new.chunks}
    assert len(shared) == len(old.chunks) - 1
    assert sum("compressed" not in chunk.__dict__ for chunk in new.chunks) == 1


def test_an_entity_tag_depends_on_content_blocks_and_address() -> None:
    snapshot = Snapshot(1, many(), {})
    blocked = ExtensionState("tool_100", of_everybody("tool_100"), ("tool_100", "Mines coins"))
    changed = ExtensionState("tool_100", of_everybody("changed"), None)
    documents = [
        snapshot.render(System(), BASE),
        snapshot.render(System(), "https://b.example"),
        snapshot.apply(Changes(2, [blocked])).render(System(), BASE),
        snapshot.apply(Changes(2, [changed])).render(System(), BASE),
    ]
    assert len({document.etag for document in documents}) == len(documents)
    again = snapshot.apply(Changes(2, [changed])).apply(
        Changes(3, [ExtensionState("tool_100", of_everybody("tool_100"), None)])
    )
    assert again.render(System(), BASE).etag == documents[0].etag


def test_an_address_is_escaped_as_json() -> None:
    snapshot = Snapshot(1, {"tool": of_everybody("tool")}, {})
    [entry] = json.loads(b"".join(snapshot.render(System(), 'http://a"b\\ü').body))["data"]
    assert entry["archive_url"] == 'http://a"b\\ü/tool.zip'
