"""What a user asks to install is read as in pip and cargo."""

from __future__ import annotations

import pytest

from extery.client.requirements import Requirement, newest
from extery.core.errors import InvalidInput
from extery.core.versions import Version

VERSIONS = ["0.9.0", "1.0.0", "1.2.0", "1.2.3", "1.10.0", "2.0.0-beta.1", "2.0.0-rc.1", "2.0.0"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gear_tool", "2.0.0"),
        ("gear_tool==1", "1.10.0"),
        ("gear_tool==1.2", "1.2.3"),
        ("gear_tool==1.2.*", "1.2.3"),
        ("gear_tool=1.2.0", "1.2.0"),
        ("gear_tool<2", "1.10.0"),
        ("gear_tool<1.2", "1.0.0"),
        ("gear_tool<=1.2", "1.2.3"),
        ("gear_tool>1.2,<2", "1.10.0"),
        ("gear_tool>=1.2, <1.3", "1.2.3"),
        ("gear_tool != 2", "1.10.0"),
        ("gear_tool<2@beta", None),
        ("gear_tool==2.0.0-beta.1", "2.0.0-beta.1"),
        ("gear_tool==3", None),
        ("gear_tool>2", None),
        ("studio.gear_tool<1", "0.9.0"),
    ],
)
def test_the_newest_version_that_was_asked_for_is_chosen(text: str, expected: str | None) -> None:
    versions = [Version.parse(version) for version in VERSIONS]
    if expected is None and "@" in text:
        with pytest.raises(InvalidInput):
            Requirement.parse(text)
        return
    found = newest(versions, Requirement.parse(text))
    assert (found.text if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gear_tool@beta", "2.0.0-beta.1"),
        ("gear_tool@rc", "2.0.0-rc.1"),
        ("gear_tool@pre", "2.0.0-rc.1"),
        ("gear_tool@alpha", "1.10.0"),
        ("gear_tool", "1.10.0"),
        ("gear_tool@beta<2", "1.10.0"),
    ],
)
def test_a_prerelease_is_chosen_only_if_it_was_asked_for(text: str, expected: str) -> None:
    versions = [Version.parse(version) for version in VERSIONS if version != "2.0.0"]
    assert newest(versions, Requirement.parse(text)) == Version.parse(expected)


@pytest.mark.parametrize(
    "text",
    ["", "gear tool", "gear_tool==", "gear_tool==1.2.x", "a.b.c", "1gear", "gear_tool,", "x" * 600,
     "gear_tool>=1,,<2", "gear_tool>=1,", "gear_tool@", "../gear", "gear_tool==1<2"],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Requirement.parse(text)
    assert error.value.problems[0].hint


@pytest.mark.parametrize("text", ["gear_tool", "studio.gear_tool@beta>=1.2,<2", "a!=1.0.0-rc.1"])
def test_a_requirement_is_written_as_it_was_read(text: str) -> None:
    assert str(Requirement.parse(text)) == text
