"""Scans by YARA rules: what is bounded, what is said of files that are not read, and a process that lies."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from extery_site.scanning import isolated_yara, package_members
from extery_site.scanning.yara_rules import load_rules
from extery_site.scanning.yara_scan import details_of, problems_of, scan_by_rules
from tests.isolated_in_process import really_isolated
from tests.site.packages import package
from tests.site.scanning.hostile import eicar, packed_with
from tests.site.scanning.rule_files import eicar_rule, rule, write_rules


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder of rules, with one that finds EICAR's test file."""
    return write_rules(tmp_path / "rules", local=eicar_rule())


def test_too_large_or_too_many_files_and_too_much_time_are_not_scanned(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(data: bytes) -> tuple[str, ...]:
        return scan_by_rules(load_rules(rules), io.BytesIO(data), "x.zip").unread

    data = package(files={"data/large.bin": bytes(3000), "data/e.com": eicar()})
    assert scan(data) == ()
    with monkeypatch.context() as patch:
        patch.setattr(package_members, "MAX_FILE_SIZE", 2000)
        assert scan(data) == ("'data/large.bin' is larger than 2.0 KB",)
    with monkeypatch.context() as patch:
        patch.setattr(package_members, "MAX_UNPACKED", 2000)
        assert "unpacked" in scan(data)[0]
    with monkeypatch.context() as patch:
        patch.setattr(package_members, "MAX_FILES", 2)
        assert scan(data) == ("there are more than 2 files",)
    slow = (
        "rule s { condition: for all i in (0..100000000) : (for all j in (0..i) : (i + j >= 0)) }"
    )
    write_rules(rules, slow=slow)
    with monkeypatch.context() as patch:
        patch.setattr("extery_site.scanning.yara_scan.SECONDS", 1)
        assert scan(data) == ("the scan takes more than 1 seconds",)


def test_an_isolated_process_cannot_invent_rules_or_actions(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [
        {"matches": [["local", "unknown", 1, [["x", []]]]], "unread": [], "unread_number": 0},
        {"matches": [["local", "eicar", 1, []]], "unread": [], "unread_number": 0},
        {"matches": [["local", "eicar", 10**9, [["x", []]]]], "unread": [], "unread_number": 0},
        {"matches": "x", "unread": [], "unread_number": 0},
        {},
    ]
    for answer in answers:
        monkeypatch.setattr(isolated_yara, "scan", lambda *_, answer=answer, **__: answer)
        report = scan_by_rules(load_rules(rules), io.BytesIO(package()), "x.zip")
        assert report.matches == ()
        assert report.unread == ("the check of x.zip ended before it was complete",)


def test_names_that_no_database_stores_are_replaced(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = [["local", "eicar", 1, [["a\ud800" + "b" * 1000, ["$\udfff"]]]]]
    answer = {"matches": matches, "unread": ["\ud800"], "unread_number": 1}
    monkeypatch.setattr(isolated_yara, "scan", lambda *_, **__: answer)

    report = scan_by_rules(load_rules(rules), io.BytesIO(package()), "x.zip")

    assert report.unread == ("?",)
    [file] = report.matches[0].files
    assert file.path.startswith("a?b")
    assert len(file.path) == isolated_yara.MAX_PATH
    assert file.strings == ("$?",)


def test_a_rule_that_matches_every_file_has_a_bounded_result_in_isolation(rules: Path) -> None:
    everything = "".join(
        rule(f"r{number}", "$a = /./", description="x" * 900) for number in range(150)
    )
    write_rules(rules, everything=everything)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(3_000):
            archive.writestr(f"{'d' * 150}/{number}.txt", b"x" * 20)
        archive.writestr("last/eicar.com", eicar())
    with really_isolated():
        report = scan_by_rules(load_rules(rules), buffer, "x.zip")

    assert (report.unread, report.signatures) == ((), ["yara:local.eicar"])
    assert {match.number for match in report.matches[1:]} == {3_001}
    assert all(len(match.files) == isolated_yara.MAX_FILES for match in report.matches[1:])
    problems = problems_of(report.matches, "x.zip")
    assert len(problems) == 102
    assert problems[-1].message == "50 more problems [scan.rule-review] are not listed"
    assert len(repr(details_of(report))) < 200_000


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_it_is_scanned_in_isolation_however_it_is_packed(method: int, rules: Path) -> None:
    large = os.urandom(1000) * 3000
    data = packed_with(method, {"large.bin": large, "e.com": eicar()})
    with really_isolated():
        report = scan_by_rules(load_rules(rules), io.BytesIO(data), "x.zip")
    assert (report.unread, report.signatures) == ((), ["yara:local.eicar"])
