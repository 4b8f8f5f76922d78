"""Every warning can be silenced with a reason, and what Extery writes passes its own strict checks."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.core.codes import all_codes
from extery.rules.registry import all_rules
from extery.rules.rule import CHECKS
from tests.author.test_problems import SAMPLES as SOURCES
from tests.author.trees import make_source, wheel, wheels_line
from tests.samples import MANIFESTS
from tests.samples.packages import PACKAGES, THEME, XML

#: Areas whose codes `validate` and `build` report.
AREAS = ("manifest", "package", "path", "theme", "wheel", "file", "build")
#: Codes that only `check` and uploads report.
OF_CHECKS = {code for rule in all_rules() if rule.scopes <= CHECKS for code in rule.codes}
WARNINGS = {
    code
    for code, row in all_codes().items()
    if code.partition(".")[0] in AREAS and row.severity == "warning" and code not in OF_CHECKS
}
#: Code -> name and contents of a file that has only this problem.
FILES = {code: ("sample.zip", make()) for code, make in PACKAGES.items() if code in WARNINGS} | {
    code: ("blender_manifest.toml", path.read_bytes())
    for code, path in MANIFESTS.items()
    if code in WARNINGS
}
BY_SOURCE = {code: make for code, make in SOURCES.items() if code in WARNINGS}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, [*arguments])


def silence(folder: Path, code: str) -> None:
    (folder / "extery.toml").write_text(f'[silence]\n"{code}" = "known"\n', "utf-8")


def test_every_warning_has_a_sample() -> None:
    assert FILES.keys() | BY_SOURCE.keys() == WARNINGS


@pytest.mark.parametrize("code", FILES)
def test_a_warning_about_a_file_can_be_silenced(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, data = FILES[code]
    (tmp_path / name).write_bytes(data)
    assert run("validate", name, "--strict").exit_code == 1

    silence(tmp_path, code)
    result = run("validate", name, "--strict", "--json")

    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [item["code"] for item in document["silenced"]] == [code]
    assert document["silenced"][0]["reason"] == "known"


@pytest.mark.parametrize("code", BY_SOURCE)
def test_a_warning_about_a_source_folder_can_be_silenced(code: str, tmp_path: Path) -> None:
    if sys.platform == "win32" and code == "build.link-skipped":
        pytest.skip("links need rights on Windows")
    source, output = tmp_path / "source", tmp_path / "dist"
    is_like_blender = (BY_SOURCE[code](source) or {}).get("like_blender")
    output.mkdir()
    arguments = ["--source-dir", str(source), "--output-dir", str(output), "--strict"]
    arguments += ["--like-blender"] if is_like_blender else []
    assert run("build", *arguments).exit_code == 1
    # `validate` checks what a build without --like-blender packs.
    assert run("validate", str(source), "--strict").exit_code == (0 if is_like_blender else 1)

    silence(source, code)

    assert run("build", *arguments).exit_code == 0
    assert run("validate", str(source), "--strict").exit_code == 0


PLATFORMS = (
    'platforms = ["windows-x64", "macos-arm64", "linux-x64"]\nblender_version_max = "5.1.0"\n'
)
OWN = {
    "without-wheels": ("", []),
    "split": (PLATFORMS, []),
    "pure": (PLATFORMS, wheel("any")),
    "native": (PLATFORMS, wheel("win_amd64", "macosx_11_0_arm64", "manylinux_2_28_x86_64")),
    "one-system": (PLATFORMS, wheel("win_amd64", name="pywin") + wheel("any")),
}


@pytest.mark.parametrize("name", OWN)
def test_what_extery_writes_passes_its_strict_checks(name: str, tmp_path: Path) -> None:
    extra, wheels = OWN[name]
    source, output = tmp_path / "source", tmp_path / "dist"
    make_source(source, *wheels, extra=extra + (wheels_line(wheels) if wheels else ""))
    output.mkdir()
    folders = ("--source-dir", str(source), "--output-dir", str(output))
    split = ["--split-platforms"] if extra else []

    assert run("validate", str(source), "--strict").exit_code == 0
    assert run("build", *folders, *split, "--strict").exit_code == 0
    packages = sorted(map(str, output.glob("*.zip")))
    assert len(packages) == (3 if extra else 1)
    assert run("validate", *packages, "--strict").exit_code == 0
    assert run("server-generate", "--repo-dir", str(output), "--strict").exit_code == 0
    result = run("server-check", str(output), "--strict")
    assert result.exit_code == 0, result.output


def test_a_theme_that_extery_packs_passes_its_strict_checks(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", manifest=THEME, init=False)
    (source / "dusk.xml").write_bytes(XML)
    (tmp_path / "dist").mkdir()
    folders = ("--source-dir", str(source), "--output-dir", str(tmp_path / "dist"))

    assert run("build", *folders, "--strict").exit_code == 0
    assert run("server-generate", "--repo-dir", str(tmp_path / "dist"), "--strict").exit_code == 0
    assert run("server-check", str(tmp_path / "dist"), "--strict").exit_code == 0
