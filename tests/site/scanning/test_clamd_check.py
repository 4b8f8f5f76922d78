"""What an administrator reads about a clamd, and the command that prints it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command

from extery_site.project.clamd_address import ClamdAddress
from extery_site.scanning.clamd import Clamd
from extery_site.scanning.clamd_check import Finding, check_clamd
from extery_site.scanning.management.commands import scanner
from tests.fake_clamd import SIGNATURE, VERSION, FakeClamd, Limits, answering
from tests.parts import free_port


def findings(fake: FakeClamd, max_upload: int = 1000) -> list[Finding]:
    return list(check_clamd(Clamd(fake.address), max_upload=max_upload))


def test_a_clamd_that_fits_is_right() -> None:
    with FakeClamd() as fake:
        found = findings(fake)
    assert all(finding.is_right for finding in found)
    assert [finding.text for finding in found] == [
        f"clamd answers: {VERSION}",
        f"it finds EICAR's test file: {SIGNATURE}",
        "it reads files of 1.0 KB and reports those over its limits",
    ]


def test_a_clamd_that_finds_nothing_needs_signatures() -> None:
    with FakeClamd() as fake:
        fake.fault = answering(b"stream: Something FOUND\0")
        assert not findings(fake)[0].is_right
    with FakeClamd(limits=Limits(max_recursion=0)) as fake:
        second = findings(fake)[1]
    assert not second.is_right
    assert "freshclam" in second.advice


@pytest.mark.parametrize("name", ["stream_max_length", "max_file_size", "max_scan_size"])
def test_a_clamd_with_lower_limits_needs_higher_ones(name: str) -> None:
    limits: dict[str, Any] = {name: 999_999}
    with FakeClamd(limits=Limits(**limits)) as fake:
        last = findings(fake, 1_000_000)[-1]
    assert not last.is_right
    assert "1000000 bytes" in last.advice


def test_a_clamd_that_hides_its_limits_or_stops_is_wrong() -> None:
    with FakeClamd(limits=Limits(alert_exceeds_max=False)) as fake:
        assert "AlertExceedsMax" in findings(fake)[-1].advice
    assert len(findings(fake)) == 1
    assert "cannot be reached" in findings(fake)[0].advice


def run(settings: Any, address: ClamdAddress | None) -> tuple[int, str, str]:
    settings.EXTERY_CLAMD = address
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(scanner.Command(), stdout=out, stderr=err)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_prints_what_is_right_and_what_to_do(settings: Any) -> None:
    settings.EXTERY_MAX_UPLOAD = 1000
    with FakeClamd() as fake:
        status, out, _ = run(settings, fake.address)
    assert status == 0
    assert out.startswith(f"scanner: {fake.address}\nok: clamd answers: ")
    assert out.count("\nok: ") == 3

    status, out, _ = run(settings, ClamdAddress(host="127.0.0.1", port=free_port()))
    assert status == 1
    assert "\nwrong: no verdict\n  clamd cannot be reached: Connection refused\n" in out


def test_the_command_of_a_site_without_a_scanner_says_so(settings: Any) -> None:
    assert run(settings, None) == (1, "", "EXTERY_CLAMD is not set: packages are not scanned\n")
