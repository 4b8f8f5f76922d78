"""Every command reports what `validate` refuses, whether it lists the package or not."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.core.codes import find
from extery.core.errors import ExteryError
from extery.listing.entries import dump_listing, make_entry, make_listing
from extery.manifest.document import Manifest
from extery.repository.generate import generate
from extery.repository.preview import preview
from extery.rules.engine import Scope, check_package
from extery.rules.installability import blocks_install
from extery.rules.registry import all_rules
from extery.rules.rule import CHECKS
from tests.samples import MANIFESTS
from tests.samples.packages import ADD_ON, PACKAGES, THEME, add_on

#: Samples of packages and of manifests with one error each.
SAMPLES = {code: make() for code, make in PACKAGES.items() if find(code).severity == "error"} | {
    code: add_on(manifest=path.read_bytes())
    for code, path in MANIFESTS.items()
    if find(code).severity == "error"
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, [*map(str, arguments), "--json"])


def codes(result: Result) -> list[str]:
    return [problem["code"] for problem in json.loads(result.stdout)["problems"]]


def repository(folder: Path, code: str) -> Path:
    """Write a repository whose listing contains the sample, as another tool would."""
    folder.mkdir()
    data = SAMPLES[code]
    (folder / "sample.zip").write_bytes(data)
    manifest = Manifest.parse(THEME if code.startswith("theme.") else ADD_ON)
    made = make_entry(
        manifest,
        archive_url="./sample.zip",
        archive_size=len(data),
        archive_hash=hashlib.sha256(data).hexdigest(),
    )
    (folder / "index.json").write_bytes(dump_listing(make_listing([made])))
    return folder


#: Repositories do not unpack what they list.
_NOT_IN_REPOSITORIES = {"secret.text"}


@pytest.mark.parametrize("code", sorted(SAMPLES.keys() - _NOT_IN_REPOSITORIES))
def test_server_generate_reports_every_error_of_validate(code: str, tmp_path: Path) -> None:
    (tmp_path / "sample.zip").write_bytes(SAMPLES[code])
    os.utime(tmp_path / "sample.zip", ns=(10**18, 10**18))

    for _ in range(2):
        done = generate(tmp_path)
        assert code in [problem.code for problem in done.problems.errors]
        assert done.packages == (0 if blocks_install(code) else 1)


@pytest.mark.parametrize("code", SAMPLES)
def test_an_upload_has_the_problems_of_validate(code: str) -> None:
    validated = check_package(io.BytesIO(SAMPLES[code]))
    uploaded = check_package(io.BytesIO(SAMPLES[code]), scope=Scope.UPLOAD)

    of_checks = {c for rule in all_rules() if rule.scopes <= CHECKS for c in rule.all_codes()}
    problems = [problem for problem in uploaded.problems if problem.code not in of_checks]
    assert problems == list(validated.problems)
    assert not uploaded.ok


REPORTED = [
    *("package.init-missing", "theme.xml-missing", "package.wheel-missing", "path.backslash"),
    *("package.damaged-member", "manifest.tagline.too-long", "manifest.tags.unknown-tag"),
]


@pytest.mark.parametrize("code", REPORTED)
def test_every_command_reports_the_problem_and_fails(code: str, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repository", code)
    package = folder / "sample.zip"

    for result in (
        run("validate", package),
        run("server-check", folder),
        run("mirror", folder, tmp_path / "mirror"),
        run("mirror", folder, tmp_path / "mirror"),
        run("server-generate", "--verify", "--repo-dir", folder),
        run("server-generate", "--verify", "--repo-dir", folder),
    ):
        assert code in codes(result), result.stdout
        assert result.exit_code == 1
    for place in (folder, tmp_path / "mirror"):
        listed = json.loads((place / "index.json").read_text("utf-8"))["data"]
        assert len(listed) == (0 if blocks_install(code) else 1)


@pytest.mark.parametrize("code", REPORTED)
def test_a_preview_reports_the_problem(code: str, tmp_path: Path) -> None:
    (tmp_path / "sample.zip").write_bytes(SAMPLES[code])
    failures: list[ExteryError] = []

    with preview(tmp_path, on_error=failures.append):
        pass

    assert code in [problem.code for error in failures for problem in error.problems]
