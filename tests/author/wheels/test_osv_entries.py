"""Which versions an entry of OSV is about: by the order of PEP 440, and with doubts against the wheel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from packaging.version import Version

from extery.author.wheels.osv_entries import Advisory, read_entries
from extery.author.wheels.severity import base_score, level_of
from extery.author.wheels.vulnerabilities import Vulnerability, find_vulnerabilities
from tests.author.wheels.packages import advisory, events


def read(*entries: dict[str, Any]) -> list[Advisory]:
    """Return the advisories about ``gearlib``, as they come back from the index."""
    data = json.dumps(list(entries)).encode()
    found = [one for project, one, _ in read_entries(data) if project == "gearlib"]
    return [Advisory.from_json(one.to_json()) for one in found]


def affected(version: str, **more: Any) -> bool:
    return any(one.affects(Version(version)) for one in read(advisory(**more)))


def found(*entries: dict[str, Any], version: str = "1.0") -> list[Vulnerability]:
    return find_vulnerabilities(read(*entries), "gearlib", version)


@pytest.mark.parametrize(
    ("version", "pairs", "expected"),
    [
        ("1.4", [("introduced", "0"), ("fixed", "1.5")], True),
        ("1.5", [("introduced", "0"), ("fixed", "1.5")], False),
        ("1.5rc1", [("introduced", "0"), ("fixed", "1.5")], True),
        ("1.10", [("introduced", "0"), ("fixed", "1.9")], False),
        ("1.9", [("introduced", "0"), ("fixed", "1.10")], True),
        ("0.9", [("introduced", "1.0"), ("fixed", "1.5")], False),
        ("1.0", [("introduced", "1.0"), ("fixed", "1.5")], True),
        ("1.5", [("introduced", "1.0"), ("last_affected", "1.5")], True),
        ("1.5.1", [("introduced", "1.0"), ("last_affected", "1.5")], False),
        ("1.5+cu118", [("introduced", "1.0"), ("last_affected", "1.5")], True),
        ("1!0.1", [("introduced", "0"), ("fixed", "2.0")], False),
        ("0.0.dev1", [("introduced", "0"), ("fixed", "2.0")], True),
        # Several spans in one range, in any order.
        (
            "2.1",
            [("fixed", "2.2"), ("introduced", "2.0"), ("fixed", "1.5"), ("introduced", "0")],
            True,
        ),
        (
            "1.7",
            [("fixed", "2.2"), ("introduced", "2.0"), ("fixed", "1.5"), ("introduced", "0")],
            False,
        ),
        ("1.5", [("introduced", "0"), ("fixed", "1.5"), ("introduced", "1.5")], True),
        ("9", [("introduced", "0")], True),
        ("9", [("fixed", "1.5")], False),
        ("9", [], False),
        ("1.4", [("introduced", "0"), ("limit", "1.4")], False),
        ("1.3", [("introduced", "0"), ("limit", "1.4")], True),
        ("1.3", [("introduced", "0"), ("limit", "*")], True),
        # Versions that are none count against the wheel.
        ("1.0", [("introduced", "dev-r5"), ("fixed", "1.5")], True),
        ("1.0", [("introduced", "0"), ("fixed", "next year")], True),
        ("1.0", [("introduced", "0"), ("invented", "0.5")], True),
    ],
)
def test_a_range_is_evaluated(version: str, pairs: list[tuple[str, str]], expected: bool) -> None:
    assert affected(version, ranges=[events(*pairs)]) is expected


def test_listed_versions_are_compared_as_versions() -> None:
    listed = {"ranges": [], "versions": ["1.0.0", "not a version", "2.0+local"]}

    assert affected("1.0", **listed)
    assert affected("1.0+cpu", **listed)
    assert affected("2.0+local", **listed)
    assert not affected("2.0", **listed)
    assert not affected("1.0.1", **listed)


def test_ranges_of_commits_say_nothing_about_versions() -> None:
    assert not affected("1.0", ranges=[{**events(("introduced", "0")), "type": "GIT"}])


def test_withdrawn_entries_and_other_ecosystems_are_left_out() -> None:
    other = advisory()
    other["affected"][0]["package"]["ecosystem"] = "npm"

    assert read(advisory(withdrawn="2026-03-01T00:00:00Z")) == []
    assert read(other) == []


def test_names_are_normalized() -> None:
    assert len(read(advisory("X-1", "Gear.Lib"))) == 0
    assert len(read(advisory("X-1", "GearLib"))) == 1


def test_entries_of_several_databases_about_one_vulnerability_are_one() -> None:
    python = advisory("PYSEC-1", aliases=["CVE-2026-1"], summary="", details="Long\ntext")
    github = advisory(
        "GHSA-x", aliases=["CVE-2026-1"], database_specific={"severity": "MODERATE"},
        ranges=[events(("introduced", "0"), ("fixed", "1.5.1"))],
    )  # fmt: skip
    third = advisory("OTHER-2", aliases=["CVE-2026-2"])
    bridge = advisory("ZZ-3", aliases=["CVE-2026-9"])

    first, *others = found(github, third, python, bridge)

    assert [one.id for one in others] == ["OTHER-2", "ZZ-3"]
    assert (first.id, first.aliases) == ("PYSEC-1", ("CVE-2026-1", "GHSA-x"))
    assert (first.level, first.fixed_in) == ("medium", "1.5.1")
    assert first.summary == "Code of a gear file is run"
    assert found(python)[0].summary == "Long"


def test_entries_that_are_linked_by_a_third_one_are_one() -> None:
    entries = [advisory("A-1"), advisory("B-2"), advisory("C-3", aliases=["A-1", "B-2"])]

    for order in (entries, entries[::-1], [entries[2], entries[0], entries[1]]):
        assert [one.id for one in found(*order)] == ["A-1"]


def test_the_most_severe_vulnerability_comes_first() -> None:
    levels = {"A-1": "LOW", "B-2": "CRITICAL", "C-3": "HIGH"}
    entries = [
        advisory(id_, database_specific={"severity": level}) for id_, level in levels.items()
    ]

    assert [one.level for one in found(*entries)] == ["critical", "high", "low"]


def test_the_fix_is_a_later_version() -> None:
    spans = [events(("introduced", "0"), ("fixed", "0.9"), ("introduced", "1.0"), ("fixed", "1.2"))]

    assert found(advisory(ranges=spans))[0].fixed_in == "1.2"
    assert found(advisory(ranges=[], versions=["1.0"]))[0].fixed_in == ""


def test_a_version_that_is_none_has_all_vulnerabilities() -> None:
    assert [one.id for one in found(advisory(), version="final")] == ["PYSEC-2026-1"]


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", 3.7),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None),
        ("CVSS:3.1/AV:N", None),
        ("CVSS:3.1/" + "AV:N/" * 1000, None),
        (7, None),
    ],
    ids=range(9),
)
def test_the_score_of_a_vector_is_that_of_the_specification(
    vector: object, score: float | None
) -> None:
    assert base_score(vector) == score


def test_a_stated_level_counts_more_than_a_vector() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

    assert level_of("LOW", [vector]) == "low"
    assert level_of(None, [vector]) == "critical"
    assert level_of("awful", []) == "unknown"


def test_unknown_severity_counts_as_severe() -> None:
    assert Vulnerability("x", "1", "A-1").is_at_least("critical")
    assert not Vulnerability("x", "1", "A-1", level="high").is_at_least("critical")
    assert Vulnerability("x", "1", "A-1", level="high").is_at_least("high")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"3",
        b"null",
        b'"text"',
        b"[3]",
        b"{}",
        b'{"vulns": 3}',
        b'{"id": "A-1", "affected": 3}',
        b'{"id": "A-1", "affected": [{"package": {"ecosystem": "PyPI"}}]}',
        b'{"id": "A-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": [3]}]}',
        b'{"id": "A-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "versions": 3}]}',
        b'{"id": "A-1", "aliases": 3}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"id": ' + b"1" * 10_000 + b"}",
    ],
    ids=range(16),
)
def test_what_is_no_entry_is_an_error_and_no_silence(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (any of them is an error of the dump)
        list(read_entries(data))


def test_texts_are_bounded_and_on_one_line() -> None:
    (one,) = read(advisory(summary="a\x1b[31m\nb" * 10_000, aliases=["CVE\n" * 1000] * 1000))

    assert len(one.summary) <= 300
    assert one.summary.isprintable()
    assert len(one.aliases) <= 50
    assert all(len(alias) <= 100 and alias.isprintable() for alias in one.aliases)
