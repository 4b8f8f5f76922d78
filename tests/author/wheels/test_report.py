"""The report on the wheels of a package: complete, remembered by hash, and the same after JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extery.author.wheels import reading as reading_module
from extery.author.wheels import report as report_module
from extery.author.wheels.checked_wheel import WheelRecord
from extery.author.wheels.index import PackageIndex
from extery.author.wheels.report import WheelsReport, check_wheels, look_up, read_wheels
from extery.core.errors import InvalidPackage
from extery.fetch import Fetcher, RetryPolicy
from extery.package import Archive
from tests.author.wheels.fake_index import FakeIndex, built_wheel, serving_index
from tests.author.wheels.packages import (
    PURE,
    advisory,
    gears,
    package_with,
    sha256,
    wheel_name,
    wheel_with,
    write_dump,
)
from tests.fetch.web import status
from tests.samples.packages import packed

HASTY = RetryPolicy(attempts=1, read=0.2, connect=0.2, max_seconds=0.5)


@pytest.fixture
def fake() -> Iterator[FakeIndex]:
    with serving_index() as running:
        yield running


def check(fake: FakeIndex | None, package: io.BytesIO, **more: Any) -> WheelsReport:
    """Check the wheels of a package against an index."""
    with Fetcher(retry_policy=HASTY) as fetcher:
        index = PackageIndex(fetcher, fake.url) if fake else None
        return check_wheels(package, index=index, name="my_addon.zip", **more)


def known(report: WheelsReport) -> dict[str, WheelRecord]:
    """Return what a server remembers of a report, as JSON."""
    stored = json.dumps([record.as_dict() for record in report.new_records])
    records = [WheelRecord.from_dict(data) for data in json.loads(stored)]
    return {record.sha256: record for record in records}


def codes(report: WheelsReport) -> list[str]:
    return [problem.code for problem in report.problems]


def test_a_good_package_has_no_problems(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")

    report = check(fake, gears("1.0"))

    (wheel,) = report.wheels
    assert wheel.path == "wheels/gearlib-1.0-py3-none-any.whl"
    assert wheel.verdict is not None
    assert wheel.verdict.kind == "identical"
    assert wheel.facts.modules == ("gearlib",)
    assert (report.is_complete, list(report.problems)) == (True, [])


def test_a_forged_wheel_is_an_error_at_its_place(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")
    forged = wheel_with("Summary: not the same")

    report = check(fake, package_with({wheel_name("gearlib"): forged}))

    (problem,) = report.problems
    assert (problem.code, problem.severity) == ("library.changed", "error")
    assert str(problem.where) == "my_addon.zip:wheels/gearlib-1.0-py3-none-any.whl"
    assert sha256(forged) in problem.message
    assert "extery wheels add gearlib==1.0" in problem.hint


def test_every_other_verdict_is_a_warning(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0", yanked=True)
    fake.add("cogs", "2.0")
    fake.entry("teeth", wheel_name("teeth"), b"", hashes={})
    package = package_with(
        {
            wheel_name("gearlib"): built_wheel("gearlib", "1.0", PURE),
            wheel_name("cogs"): built_wheel("cogs", "1.0", PURE),
            wheel_name("own"): built_wheel("own", "1.0", PURE),
            wheel_name("teeth"): built_wheel("teeth", "1.0", PURE),
            wheel_name("cogs", "3.0"): built_wheel("cogs", "2.0", PURE),
        }
    )

    problems = check(fake, package).problems

    found = {problem.where.path[0]: problem for problem in problems}
    assert all(problem.severity == "warning" for problem in problems)
    assert found[f"wheels/{wheel_name('gearlib')}"].code == "library.withdrawn"
    texts = {str(name): problem.message for name, problem in found.items()}
    assert "but not wheels/cogs-1.0" in texts[f"wheels/{wheel_name('cogs')}"]
    assert "has no library own" in texts[f"wheels/{wheel_name('own')}"]
    assert "states no SHA-256" in texts[f"wheels/{wheel_name('teeth')}"]
    assert "is cogs-2.0-py3-none-any.whl of" in texts[f"wheels/{wheel_name('cogs', '3.0')}"]


def test_a_wheel_that_is_known_costs_a_hash_and_nothing_else(
    fake: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.add("gearlib", "1.0")
    first = check(fake, gears("1.0"))
    seen = len(fake.web.seen)

    def refuse(*_: object) -> None:
        raise AssertionError("a wheel was opened")

    monkeypatch.setattr(Archive, "open_seekable", refuse)
    again = check(fake, gears("1.0"), known=known(first).get)

    assert len(fake.web.seen) == seen
    assert again.new_records == []
    assert again.wheels == (first.wheels[0]._replace(is_new=False),)


def test_known_bytes_under_another_name_are_asked_for_again(fake: FakeIndex) -> None:
    """The verdict on one name must not make a forged name look good."""
    fake.add("gearlib", "1.0")
    fake.add("cogs", "1.0")
    data = built_wheel("gearlib", "1.0", PURE)
    first = check(fake, gears("1.0"))

    package = package_with({wheel_name("cogs"): data})
    report = check(fake, package, known=known(first).get)

    assert codes(report) == ["library.changed"]
    assert check(None, package, known=known(first).get).wheels[0].verdict is None


def test_a_verdict_of_another_index_is_asked_for_again(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")
    first = check(fake, gears("1.0"))

    with serving_index() as other:
        report = check(other, gears("1.0"), known=known(first).get)

    assert codes(report) == ["library.unverified"]
    assert [record.sha256 for record in report.new_records] == [report.wheels[0].sha256]


def test_an_index_that_is_down_leaves_a_report_that_is_not_complete(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")
    fake.web.fail("/simple/gearlib/", status(503))

    report = check(fake, gears("1.0"))

    assert not report.is_complete
    assert [problem.code for problem in report.unavailable] == ["fetch.busy"]
    assert report.wheels[0].verdict is None
    assert report.wheels[0].facts.name == "gearlib"
    again = check(fake, gears("1.0"), known=known(report).get)
    assert again.is_complete
    assert again.wheels[0].verdict is not None


def test_an_index_that_is_down_takes_no_verdict_away(fake: FakeIndex) -> None:
    """Of two wheels, the one that was compared is remembered."""
    fake.add("gearlib", "1.0")
    fake.add("gearlib", "2.0")
    first = check(fake, gears("1.0"))
    fake.web.fail("/simple/gearlib/", status(503))

    report = check(fake, gears("1.0", "2.0"), known=known(first).get)

    assert [wheel.verdict is not None for wheel in report.wheels] == [True, False]
    assert not report.is_complete


def test_vulnerabilities_are_found_and_named_once(fake: FakeIndex, tmp_path: Path) -> None:
    tags = ("cp311-cp311-win_amd64", "cp313-cp313-win_amd64")
    fake.add("gearlib", "1.0", tags)
    dump = write_dump(tmp_path / "all.zip", [advisory(aliases=["CVE-2026-7"])])
    package = package_with(
        {wheel_name("gearlib", "1.0", tag): built_wheel("gearlib", "1.0", tag) for tag in tags}
    )

    report = check(fake, package, osv=dump, cache=tmp_path / "cache")

    (problem,) = report.problems
    assert (problem.code, problem.severity) == ("library.vulnerable", "warning")
    assert "gearlib 1.0 has a known vulnerability" in problem.message
    assert "CVE-2026-7" in problem.message
    assert "'gearlib>=1.5'" in problem.hint
    assert report.dump is not None
    assert report.dump.modified == "2026-02-03T04:05:06Z"
    assert [len(wheel.vulnerabilities) for wheel in report.wheels] == [1, 1]


def test_a_renamed_library_has_the_vulnerabilities_of_its_contents(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "all.zip", [advisory()])
    package = package_with({wheel_name("cogs"): built_wheel("gearlib", "1.0", PURE)})

    report = check(None, package, osv=dump, cache=tmp_path / "cache")

    assert ["gearlib 1.0" in problem.message for problem in report.problems] == [True]


def test_malware_is_an_error(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "all.zip", [advisory("MAL-2026-1")])

    (problem,) = check(None, gears("1.0"), osv=dump, cache=tmp_path / "cache").problems

    assert (problem.code, problem.severity) == ("library.malware", "error")


def test_malware_is_known_by_its_hash_under_every_name(tmp_path: Path) -> None:
    data = wheel_with("Summary: harmless", name="other")
    entry = advisory("MAL-2026-1", "gearlibs")
    files = [{"filename": "gearlibs-1.0-py3-none-any.whl", "hashes": {"sha256": sha256(data)}}]
    entry["affected"][0]["database_specific"] = {"indicators": {"package_integrity": files}}
    dump = write_dump(tmp_path / "all.zip", [entry])

    report = check(None, package_with({wheel_name("cogs"): data}), osv=dump, cache=tmp_path)

    (problem,) = report.problems
    assert problem.code == "library.malware"
    assert "gearlibs 1.0 is listed as malware" in problem.message
    assert "wheels/cogs-1.0" in problem.hint


@pytest.mark.parametrize("value", [3, [], "x", {"indicators": 3}, {"indicators": {"package_integrity": [3, {"hashes": []}]}}])  # fmt: skip
def test_what_a_database_adds_to_its_entries_can_be_anything(tmp_path: Path, value: object) -> None:
    entry = advisory("MAL-2026-1", database_specific=value)
    entry["affected"][0]["database_specific"] = value
    dump = write_dump(tmp_path / "all.zip", [entry])

    report = check(None, gears("1.0"), osv=dump, cache=tmp_path)

    assert (report.is_complete, codes(report)) == (True, ["library.malware"])


def test_a_dump_that_cannot_be_read_is_not_silence(tmp_path: Path) -> None:
    dump = tmp_path / "all.zip"
    dump.write_bytes(b"PK half of a zip")

    report = check(None, gears("1.0"), osv=dump, cache=tmp_path / "cache")

    assert not report.is_complete
    assert [problem.code for problem in report.unavailable] == ["library.osv"]


def test_without_an_index_there_is_no_verdict(fake: FakeIndex) -> None:
    report = check(None, gears("1.0"))

    assert (report.index_url, report.wheels[0].verdict, codes(report)) == ("", None, [])


def test_a_package_without_wheels_asks_nobody(fake: FakeIndex, tmp_path: Path) -> None:
    report = check(fake, package_with({}), osv=tmp_path / "missing.zip")

    assert report == WheelsReport("my_addon.zip", index_url=fake.url)
    assert fake.web.seen == []


def test_wheels_outside_of_the_folder_of_the_manifest_are_read_too(fake: FakeIndex) -> None:
    package = io.BytesIO(
        packed(
            ("gears/blender_manifest.toml", b""),
            ("gears/hidden.WHL", built_wheel("gearlib", "1.0", PURE)),
            ("other/gearlib-1.0-py3-none-any.whl", built_wheel("gearlib", "1.0", PURE)),
        )
    )

    report = check(None, package)

    assert [wheel.path for wheel in report.wheels] == [
        "hidden.WHL",
        "other/gearlib-1.0-py3-none-any.whl",
    ]


def test_a_wheel_that_cannot_be_read_is_compared_all_the_same(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")

    report = check(fake, package_with({wheel_name("gearlib"): b"no wheel"}))

    assert codes(report) == ["library.changed"]
    assert "not a zip archive" in report.wheels[0].facts.error


def test_too_many_wheels_are_refused(monkeypatch: pytest.MonkeyPatch, fake: FakeIndex) -> None:
    monkeypatch.setattr(reading_module, "MAX_WHEELS", 2)

    with pytest.raises(InvalidPackage) as caught:
        check(fake, gears("1.0", "2.0", "3.0"))

    assert caught.value.code == "library.too-many"
    assert fake.web.seen == []


def test_too_many_libraries_are_refused(monkeypatch: pytest.MonkeyPatch, fake: FakeIndex) -> None:
    monkeypatch.setattr(report_module, "MAX_PROJECTS", 2)
    wheels = {wheel_name(name): built_wheel(name, "1.0", PURE) for name in ("aa", "bb", "cc")}

    with pytest.raises(InvalidPackage) as caught:
        check(fake, package_with(wheels))

    assert caught.value.code == "library.too-many"


def test_a_report_survives_json(fake: FakeIndex, tmp_path: Path) -> None:
    fake.add("gearlib", "1.0")
    fake.web.put("/simple/cogs/", b"{")
    dump = write_dump(tmp_path / "all.zip", [advisory()])
    wheels = {wheel_name(name): built_wheel(name, "1.0", PURE) for name in ("gearlib", "cogs")}

    report = check(fake, package_with(wheels), osv=dump, cache=tmp_path / "cache")

    assert not report.is_complete
    assert WheelsReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report


def test_the_two_halves_are_the_whole(
    fake: FakeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One half has no network, the other opens no file: the report between them can be sent to another process."""
    fake.add("gearlib", "1.0")
    dump = write_dump(tmp_path / "all.zip", [advisory()])
    whole = check(fake, gears("1.0"), osv=dump, cache=tmp_path)

    read = read_wheels(gears("1.0"), name="my_addon.zip")
    sent = WheelsReport.from_dict(json.loads(json.dumps(read.as_dict())))
    monkeypatch.setattr(report_module, "open_package", None)
    with Fetcher() as fetcher:
        done = look_up(sent, index=PackageIndex(fetcher, fake.url), osv=dump, cache=tmp_path)

    assert done == whole


def test_what_is_no_package_is_an_error(fake: FakeIndex) -> None:
    with pytest.raises(InvalidPackage):
        check(fake, io.BytesIO(b"no zip"))
