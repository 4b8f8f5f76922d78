"""Superseded packages are not kept in memory, and the others are packed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extery.core.compatibility import Audience, BlenderRange, System
from extery.core.types import TYPE_NAMES, first_blender_for, is_listed_for
from extery_site.listings.changes import without_superseded
from extery_site.listings.packed import Entry, PackedEntries, Versions

BLENDERS = [(4, 2, 0), (4, 3, 0), (4, 5, 0), (5, 0, 0)]
PLATFORMS = ["linux-x64", "windows-x64", "macos-arm64"]
PYTHONS = ["3.11", "3.13", "3"]

audiences = st.builds(
    lambda low, high, platforms, pythons: Audience.of(
        BlenderRange(low, high), platforms=platforms, pythons=pythons
    ),
    st.sampled_from(BLENDERS),
    st.none() | st.sampled_from(BLENDERS),
    st.frozensets(st.sampled_from(PLATFORMS)),
    st.frozensets(st.sampled_from(PYTHONS)),
)
systems = st.builds(
    System,
    st.none()
    | st.sampled_from(
        [(0, 0, 1), (4, 1, 9), *BLENDERS, (4, 4, 2), (5, 2, 9), (5, 3, 0), (6, 0, 0)]
    ),
    st.none() | st.sampled_from([*PLATFORMS, "amiga-m68k", "\x00"]),
    st.none() | st.sampled_from(["3.11", "3.12", "3.13", "3.", "2.7"]),
)


def entry_for(type_: str, audience: Audience, before: bytes, after: bytes = b"") -> Entry:
    """Return an entry; its audience begins with the first Blender that knows the type."""
    low, high = audience.blender
    audience = audience._replace(blender=BlenderRange(first_blender_for(type_, low), high))
    return Entry(type_, audience, before, after)


#: Any bytes but the one that JSON cannot have.
texts = st.binary(min_size=1, max_size=3).filter(lambda text: b"\0" not in text)
versions = st.sampled_from(TYPE_NAMES).flatmap(
    lambda type_: st.lists(
        st.lists(
            st.builds(entry_for, st.just(type_), audiences, texts),
            min_size=1,
            max_size=3,
        ),
        max_size=5,
    )
)


def newest(versions: Versions, system: System) -> list[Entry]:
    """Return the entries that are listed for a system, in the simplest way."""
    for entries in versions:
        found = [
            entry
            for entry in entries
            if entry.audience.fits(system) and is_listed_for(entry.type, system.blender)
        ]
        if found:
            return found
    return []


@given(versions, systems)
def test_packed_entries_are_those_that_were_packed(
    versions: list[list[Entry]], system: System
) -> None:
    everything = tuple(tuple(entries) for entries in versions)
    packed = PackedEntries.of(everything)
    assert packed.newest(system) == [entry[2:] for entry in newest(everything, system)]
    assert packed == PackedEntries.of(everything)
    assert set(packed.audiences) == {entry.audience for row in versions for entry in row}


@given(versions, systems)
def test_leaving_out_superseded_packages_changes_no_listing(
    versions: list[list[Entry]], system: System
) -> None:
    everything = tuple(tuple(entries) for entries in versions)
    assert newest(without_superseded(versions), system) == newest(everything, system)


def test_an_older_version_for_the_same_systems_is_superseded() -> None:
    everybody = Audience.of()
    new, old = (Entry("add-on", everybody, text, b"") for text in (b"new", b"old"))
    linux = Entry("add-on", Audience.of(platforms=["linux-x64"]), b"linux", b"")
    assert without_superseded([[new], [old], [linux]]) == ((new,),)
    assert without_superseded([[linux], [old]]) == ((linux,), (old,))
