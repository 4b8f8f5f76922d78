"""`extery validate DIR` and `extery build DIR` report the same problems: codes, order and places."""

from __future__ import annotations

import io
import json
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extery.author.build.plan import plan_build
from extery.author.validate import check_folder, check_path
from extery.core.errors import InvalidInput, Problem
from extery.package.writer import SourceFile
from tests.author.test_build_like_blender import TREES
from tests.author.test_problems import _POSIX, SAMPLES
from tests.author.trees import make_source, wheels_line
from tests.parts import require_part
from tests.samples import MANIFESTS
from tests.samples.packages import ADD_ON, MANIFEST, PACKAGES, XML

CodesAndPlaces = list[tuple[str, str]]


def codes_and_places(problems: Any) -> CodesAndPlaces:
    return [(problem.code, str(problem.where)) for problem in problems]


def build_problems(source: Path) -> CodesAndPlaces:
    try:
        return codes_and_places(plan_build(source).problems)
    except InvalidInput as error:
        return codes_and_places(error.problems)


@pytest.fixture(autouse=True)
def _current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an output folder, a build writes into the current one."""
    (tmp_path / "current").mkdir()
    monkeypatch.chdir(tmp_path / "current")


@pytest.mark.parametrize("code", MANIFESTS)
def test_validate_and_build_agree_on_each_manifest(code: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / MANIFEST).write_bytes(MANIFESTS[code].read_bytes())

    assert codes_and_places(check_folder(source).problems) == build_problems(source) != []


#: Problems of the output path; `validate` writes no package.
OUTPUT_CODES = {
    *("build.path-is-output", "build.no-platforms", "build.platform-name", "build.output-twice"),
    *("build.output-folder", "build.output-is-folder"),
}
#: Problems of `extery build --like-blender`; `validate` checks what a build without it packs.
LIKE_BLENDER = {
    *("build.path-is-folder", "build.caches-packed", "build.version-control-packed"),
    *("build.package-packed", "build.tools-packed"),
}


@pytest.mark.parametrize("code", sorted(SAMPLES.keys() - OUTPUT_CODES - LIKE_BLENDER))
def test_validate_and_build_agree_on_each_folder_with_one_problem(
    code: str, tmp_path: Path
) -> None:
    if code in _POSIX and sys.platform == "win32":
        pytest.skip("not possible on Windows")
    SAMPLES[code](tmp_path / "source")

    problems = codes_and_places(check_folder(tmp_path / "source").problems)

    assert problems == build_problems(tmp_path / "source")
    assert code in [code for code, _ in problems]


@pytest.mark.parametrize("name", TREES)
def test_validate_and_build_agree_on_each_kind_of_folder(name: str, tmp_path: Path) -> None:
    tree = TREES[name]
    source = make_source(tmp_path / "source", *tree.files, extra=tree.extra, init=tree.init)
    if tree.prepare:
        tree.prepare(source)

    assert codes_and_places(check_folder(source).problems) == build_problems(source)


def unpack(data: bytes, folder: Path) -> bool:
    """Unpack a package; return whether the folder has a manifest."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError):
        return False
    return (folder / MANIFEST).is_file()


#: Samples that give no source folder when unpacked: damaged archives, and those without a manifest at the top.
NOT_UNPACKED = {
    *("package.not-zip", "package.empty", "package.truncated", "package.damaged"),
    *("package.damaged-member", "package.unsupported-compression", "package.encrypted"),
    *("package.overlapping", "package.header-mismatch", "path.file-and-folder"),
    *("package.manifest-missing", "package.manifest-ambiguous", "package.legacy"),
    "package.outside-root",
}
#: It would fill the disk.
BOMB = {"package.bomb"}


@pytest.mark.parametrize("code", sorted(PACKAGES.keys() - NOT_UNPACKED - BOMB))
def test_validate_and_build_agree_on_each_unpacked_sample(code: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    assert unpack(PACKAGES[code](), source)

    assert codes_and_places(check_folder(source).problems) == build_problems(source)


def test_the_other_samples_cannot_be_unpacked(tmp_path: Path) -> None:
    for code in sorted(NOT_UNPACKED):
        (tmp_path / code).mkdir()
        assert not unpack(PACKAGES[code](), tmp_path / code), code


@pytest.mark.corpus
def test_validate_and_build_agree_on_real_manifests(tmp_path: Path) -> None:
    corpus = require_part("corpus")
    rows = (corpus / "verdicts.jsonl").read_text("utf-8").splitlines()
    assert len(rows) > 100
    for number, row in enumerate(map(json.loads, rows)):
        source = tmp_path / str(number)
        source.mkdir()
        (source / MANIFEST).write_bytes((corpus / row["file"]).read_bytes())
        assert codes_and_places(check_folder(source).problems) == build_problems(source), row[
            "file"
        ]
        (source / "__init__.py").touch()
        (source / "theme.xml").write_bytes(XML)
        assert codes_and_places(check_folder(source).problems) == build_problems(source), row[
            "file"
        ]


def test_problems_of_files_are_reported_although_the_manifest_has_errors(tmp_path: Path) -> None:
    extra = 'website = ""\n' + wheels_line(["wheels/gears-1.0-py3-none-any.whl"])
    source = make_source(tmp_path / "source", "Gear.py", "gear.py", extra=extra, init=False)

    problems = codes_and_places(check_folder(source).problems)

    assert [code for code, _ in problems] == [
        *("manifest.website.empty", "path.case-collision"),
        *("package.init-missing", "package.wheel-missing"),
    ]
    assert problems == build_problems(source)


def test_validate_and_build_report_an_unreadable_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(tmp_path / "source", "locked/a.py")
    scandir: Callable[..., Any] = __import__("os").scandir

    def refuse(path: Any) -> Any:
        if str(path).rstrip("/").endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("extery.author.build.sources.os.scandir", refuse)

    assert codes_and_places(check_folder(source).problems) == [("build.unreadable", "locked/")]
    assert build_problems(source) == [("build.unreadable", "locked/")]


def test_validate_and_build_report_a_package_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(tmp_path / "source")
    huge = [SourceFile("__init__.py", 0, b""), SourceFile("data.bin", 1 << 33, b"")]
    monkeypatch.setattr("extery.author.build.source_folder.find_files", lambda *_, **__: huge)

    problems = codes_and_places(check_folder(source).problems)

    assert [code for code, _ in problems] == ["build.too-large"]
    assert problems == build_problems(source)


def test_a_folder_without_a_manifest_has_one_problem_and_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery.author.build.source_folder.find_files", None)
    source = tmp_path / "source"
    source.mkdir()

    assert codes_and_places(check_folder(source).problems) == [("manifest.file.missing", MANIFEST)]
    assert build_problems(source) == [("manifest.file.missing", MANIFEST)]


def test_stricter_rules_are_errors_of_validate_and_warnings_of_build(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", "Gear.py", "gear.py")

    [problem] = check_path(source).problems
    [warning] = plan_build(source).problems

    assert isinstance(problem, Problem)
    assert (problem.severity, warning.severity) == ("error", "warning")
    assert warning == problem._replace(severity="warning")
    assert (source / MANIFEST).read_bytes() == ADD_ON
