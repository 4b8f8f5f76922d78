"""Verdicts, bundling and the commands with a real package index (pypiserver), which answers with HTML."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.author.wheels.index import PackageIndex
from extery.author.wheels.report import WheelsReport, check_wheels
from extery.cli.app import extery
from extery.fetch import Fetcher, RetryPolicy
from tests.author.trees import make_source
from tests.author.wheels.fake_index import built_wheel
from tests.author.wheels.packages import (
    PURE,
    gears,
    package_with,
    wheel_name,
    wheel_with,
)
from tests.parts import require_part
from tests.services.package_index import PackageIndexServer, run_package_index

pytestmark = pytest.mark.package_index

HASTY = RetryPolicy(attempts=1, max_seconds=60)


@pytest.fixture(scope="module")
def server() -> Iterator[PackageIndexServer]:
    """An index with one version of ``gearlib``."""
    with run_package_index(require_part("pypiserver")) as running:
        running.publish(wheel_name("gearlib"), built_wheel("gearlib", "1.0", PURE))
        yield running


def check(server: PackageIndexServer, package: io.BytesIO) -> WheelsReport:
    with Fetcher(retry_policy=HASTY) as fetcher:
        return check_wheels(package, index=PackageIndex(fetcher, server.url))


def verdicts(report: WheelsReport) -> list[tuple[str, str] | None]:
    return [
        (wheel.verdict.kind, wheel.verdict.reason) if wheel.verdict else None
        for wheel in report.wheels
    ]


def test_every_verdict_is_that_of_a_real_index(server: PackageIndexServer) -> None:
    own = package_with({wheel_name("cogs"): built_wheel("cogs", "1.0", PURE)})
    forged = package_with({wheel_name("gearlib"): wheel_with("Summary: not the same")})

    assert verdicts(check(server, gears("1.0"))) == [("identical", "")]
    assert verdicts(check(server, forged)) == [("other_bytes", "")]
    assert verdicts(check(server, gears("2.0"))) == [("not_on_index", "file")]
    assert verdicts(check(server, own)) == [("not_on_index", "project")]


def test_an_index_that_is_stopped_gives_no_verdict_and_one_when_it_is_back(
    server: PackageIndexServer,
) -> None:
    server.stop()
    try:
        report = check(server, gears("1.0"))
    finally:
        server.start()

    assert verdicts(report) == [None]
    assert not report.is_complete
    assert verdicts(check(server, gears("1.0"))) == [("identical", "")]


def test_an_index_without_hashes_cannot_be_compared_with() -> None:
    with run_package_index(require_part("pypiserver"), hash_algorithm="md5") as server:
        server.publish(wheel_name("gearlib"), built_wheel("gearlib", "1.0", PURE))

        assert verdicts(check(server, gears("1.0"))) == [("not_comparable", "")]


def test_what_was_added_from_an_index_is_identical_to_it(
    server: PackageIndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXTERY_INDEX_URL", server.url)
    source = make_source(tmp_path / "my_addon")

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(extery, arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    run("wheels", "add", "gearlib", "--source-dir", str(source))
    run("build", str(source), "--output-dir", str(tmp_path))
    (package,) = tmp_path.glob("*.zip")
    document = json.loads(run("wheels", "verify", str(package), "--json"))

    assert [one["verdict"]["kind"] for one in document["report"]["wheels"]] == ["identical"]
