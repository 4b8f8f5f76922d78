"""Filters select what is mirrored."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.fetch import Fetcher
from extery.repository.mirror.filters import Filters
from tests.repository.hosted import Repository, listed_entries
from tests.repository.mirror.complete import done


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(ids=("g*", "sea")), "gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(types=("theme",)), "dusk"),
        (Filters(platforms=("linux-x64",)), "dusk gear_tool 1.2.3 gear_tool 2.0.0"),
        (Filters(platforms=("windows-x64", "linux-x64")), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(blender=("4.2",)), "dusk gear_tool 1.2.3 sea"),
        (Filters(blender=("4.2.1", "4.5")), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(blender=("5",)), "dusk gear_tool 2.0.0 sea"),
        (Filters(tags=("mesh",)), "sea"),
        (Filters(licenses=("MIT", "GPL-*")), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(licenses=("SPDX:GPL-*",)), "dusk gear_tool 1.2.3 gear_tool 2.0.0"),
        (Filters(newest=1), "dusk gear_tool 2.0.0 sea"),
        (Filters(newest=1, blender=("4.2",)), "dusk gear_tool 1.2.3 sea"),
    ],
)  # fmt: skip
def test_filters_select_entries(
    repository: Repository, folder: Path, fetcher: Fetcher, filters: Filters, expected: str
) -> None:
    repository.add("g1.zip", blender_version_max="4.4.0")
    repository.add("g2.zip", version="2.0.0", blender_version_min="4.4.0")
    repository.add("d.zip", extension_id="dusk", kind="theme")
    repository.add("s.zip", extension_id="sea", tags=["Mesh"], platforms=["windows-x64"],
                   license=["SPDX:GPL-3.0-or-later", "SPDX:MIT"])  # fmt: skip

    done(repository, folder, fetcher, filters=filters)

    found = [
        f"{item['id']} {item['version']}" if item["id"] == "gear_tool" else item["id"]
        for item in sorted(listed_entries(folder), key=lambda item: (item["id"], item["version"]))
    ]
    assert " ".join(found) == expected


def test_filters_become_queries_to_the_server(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    filters = Filters(blender=("4.2", "5.0.1"), platforms=("linux-x64",))

    done(two, folder, fetcher, filters=filters)

    assert [seen.path.partition("?")[2] for seen in two.web.seen][:2] == [
        "platform=linux-x64&blender_version=4.2.99",
        "platform=linux-x64&blender_version=5.0.1",
    ]
    assert len(listed_entries(folder)) == 2


def test_filters_that_match_nothing_are_a_warning(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    result = done(two, folder, fetcher, filters=Filters(ids=("gaer*",)))

    assert [problem.code for problem in result.problems] == ["mirror.no-match"]
