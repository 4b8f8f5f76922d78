"""Which version of an extension a system gets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extery.core.compatibility import System
from extery.core.versions import Version
from extery.listing.audience import audience_of
from extery.listing.entries import Entry
from extery.listing.selection import newest_versions
from tests.listing.oracle import select
from tests.samples.entries import sample_entry


def test_the_newest_compatible_version_is_selected() -> None:
    entries = [
        sample_entry("1.10.0"),
        sample_entry("1.9.0"),
        sample_entry("2.0.0", blender_version_min="5.0.0"),
    ]

    [chosen] = select(entries, System(blender=(4, 2, 0)))
    assert chosen["version"] == "1.10.0"
    [chosen] = select(entries, System(blender=(5, 0, 1)))
    assert chosen["version"] == "2.0.0"


def test_without_a_platform_all_packages_of_the_newest_version_are_selected() -> None:
    entries = [
        sample_entry("1.0.0"),
        sample_entry("2.0.0", platforms=["linux-x64"], archive_url="./l.zip"),
        sample_entry("2.0.0", platforms=["macos-arm64"], archive_url="./m.zip"),
    ]

    assert [item["archive_url"] for item in select(entries)] == ["./l.zip", "./m.zip"]
    [chosen] = select(entries, System(platform="windows-x64"))
    assert chosen["version"] == "1.0.0"


systems = st.tuples(st.integers(0, 4), st.sampled_from(["linux-x64", "windows-x64"]))
drawn = st.lists(
    st.builds(
        lambda id_, version, low, high, platform: sample_entry(
            f"{version}.0.0",
            id=f"ext_{id_}",
            blender_version_min=f"{low}.0.0",
            **({"blender_version_max": f"{high}.0.0"} if high else {}),
            **({"platforms": [platform]} if platform else {}),
        ),
        st.integers(0, 2),
        st.integers(1, 5),
        st.integers(0, 4),
        st.integers(0, 5),
        st.sampled_from([None, "linux-x64", "windows-x64"]),
    ),
    max_size=12,
    unique_by=lambda item: (item["id"], item["version"]),
)


@given(drawn, systems)
def test_a_system_gets_each_id_once_in_its_newest_compatible_version(
    entries: list[Entry], system: tuple[int, str]
) -> None:
    asking = System(blender=(system[0], 0, 0), platform=system[1])
    chosen = select(entries, asking)

    assert len({item["id"] for item in chosen}) == len(chosen)
    for item in entries:
        if audience_of(item).fits(asking):
            [mine] = [other for other in chosen if other["id"] == item["id"]]
            assert Version.parse(mine["version"]) >= Version.parse(item["version"])


def test_newest_versions_are_ordered_as_versions_and_not_as_text() -> None:
    versions = ["1.9.0", "1.10.0", "1.10.0-rc.1", "1.2.0", "1.9.0"]

    assert newest_versions(versions, 2) == {"1.10.0", "1.10.0-rc.1"}
    assert newest_versions(versions) == set(versions)
