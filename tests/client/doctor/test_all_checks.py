"""The checks as a whole: names, and nothing found or changed where all is well."""

from __future__ import annotations

from pathlib import Path

from extery.client.checks.context import Context
from extery.client.doctor import CHECKS, examine
from tests.client.doctor.examined import install
from tests.client.samples import LOCAL


def test_nothing_is_found_where_all_is_well(checked: Context, tmp_path: Path) -> None:
    install(checked)
    install(checked, LOCAL, "my_tool")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    results = examine(checked)
    assert [item.codes for item in results if item.problems] == []
    assert {item.check.name for item in results if item.was_skipped} == {
        "proxy",
        "certificates",
        "servers",
    }
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_checks_have_names_of_their_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
