"""A listed version states why a Blender cannot install it."""

from __future__ import annotations

from typing import Any

import pytest

from extery.client.index.candidates import Candidate, reason_against
from extery.core.compatibility import System
from extery.core.errors import InvalidListing
from tests.client.samples import STUDIO, make_entry

BLENDER = System((4, 2, 3), "linux-x64", "3.11")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"blender_version_min": "4.2.3"}, ""),
        ({"blender_version_min": "5.0.0"}, "it needs Blender 5.0.0 or newer"),
        ({"blender_version_max": "4.2.3"}, "it is for Blender older than 4.2.3"),
        ({"blender_version_max": ""}, ""),
        ({"platforms": ["windows-x64"]}, "it is for windows-x64, not for linux-x64"),
        ({"python_versions": ["3.13"]}, "its wheels are for Python 3.13, not for 3.11"),
        ({"python_versions": "3.13"}, ""),
        ({"type": "asset-library"}, "asset libraries need Blender 5.3 or newer"),
        ({"type": "keymap"}, "its type is not known"),
        (
            {"platforms": [f"os-{number}" for number in range(9)]},
            "it is for os-0, os-1, os-2, os-3, os-4, os-5, 3 more, not for linux-x64",
        ),
    ],
)
def test_the_reason_names_what_does_not_fit(fields: dict[str, Any], reason: str) -> None:
    assert reason_against(make_entry(**fields), BLENDER) == reason


def test_nothing_is_compared_with_what_is_not_known() -> None:
    assert reason_against(make_entry(platforms=["windows-x64"]), System((4, 2, 0))) == ""


def test_a_url_beside_the_listing_is_resolved() -> None:
    entry = make_entry(archive_url="./a%20b.zip")
    assert Candidate(STUDIO, entry).url == "https://example.org/a%20b.zip"


def test_a_local_file_in_a_listing_from_the_web_is_refused() -> None:
    with pytest.raises(InvalidListing):
        _ = Candidate(STUDIO, make_entry(archive_url="file:///etc/passwd")).url


def test_permissions_without_reasons_are_read() -> None:
    candidate = Candidate(STUDIO, make_entry(permissions=["network", "files"]))
    assert candidate.permissions == {"network": "", "files": ""}


def test_a_candidate_has_the_identity_of_its_package() -> None:
    candidate = Candidate(STUDIO, make_entry(archive_hash="sha256:" + "AB" * 32), blocked="bad")
    assert (candidate.name, candidate.sha256, candidate.can_install) == (
        "studio.gear_tool",
        "ab" * 32,
        False,
    )
