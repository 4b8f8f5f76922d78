"""Each rule of `extery check` has an example with its problem, and one that it accepts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from extery.author.validate import check_folder
from extery.rules.checks import Checks
from extery.rules.engine import check_package
from extery.rules.examples import FOLDER, Kind, example_codes, example_files, example_text
from extery.rules.profiles import Profile
from extery.rules.registry import all_rules
from extery.rules.report import CheckReport
from extery.rules.rule import Scope
from tests.rules.example_folders import write_example
from tests.samples.packages import packed

CODES = sorted(example_codes())
CHECKED_ANYWHERE = frozenset({Scope.UPLOAD, Scope.CHECK, Scope.PACKAGE})
#: Codes of what only a package has, such as names that no folder has.
PACKAGED = {
    *("package.system-files", "path.ambiguous", "path.backslash", "path.case-collision"),
    *("path.file-and-folder", "path.folder-case", "path.not-portable", "path.unsafe"),
    *("path.short-name", "path.too-long"),
}
#: Codes of rules without examples, by what keeps one from being text.
WITHOUT = {
    "bytes of a zip that no tool for packing writes": {
        *("package.bomb", "package.damaged", "package.damaged-member", "package.duplicate-member"),
        *("package.encrypted", "package.extra-field", "package.folder-with-data"),
        *("package.header-mismatch", "package.overlapping", "package.prefix-data"),
        *("package.rare-compression", "package.special-file", "package.stream-size"),
        *("package.symlink", "package.trailing-data", "package.truncated", "package.unicode-path"),
        *("package.unsupported-compression", "package.unused-data", "package.zip64-mismatch"),
        *("package.not-zip", "package.empty", "path.encoding"),
    },
    "too much to show": {
        *("package.too-large", "package.too-many-members", "manifest.file.too-large"),
        *("theme.too-deep", "theme.too-large"),
    },
    "a file that is not there or cannot be read": {
        *("package.not-found", "package.unexpected", "package.unreadable"),
        *("manifest.file.missing", "manifest.file.unreadable", "package.manifest-missing"),
    },
    "where the manifest is in the package": {
        *("package.manifest-ambiguous", "package.outside-root", "package.legacy"),
    },
    "bytes that are no text": {
        *("manifest.toml.bom", "manifest.toml.not-utf-8", "wheel.unreadable", "wheel.dist-info"),
    },
    "a list of tags, or a table, of the site or of the build": {
        *("manifest.tags.no-list", "manifest.tags.invisible"),
        *("manifest.build.not-a-table", "package.build-not-table"),
    },
}


def test_every_code_of_a_rule_has_two_examples_or_a_reason_why_not() -> None:
    codes = {
        code for rule in all_rules() for code in rule.all_codes() if rule.scopes & CHECKED_ANYWHERE
    }
    without: set[str] = set().union(*WITHOUT.values())
    assert sum(map(len, WITHOUT.values())) == len(without)
    assert codes - without == example_codes()
    checks = {c for rule in all_rules() if Scope.CHECK in rule.scopes for c in rule.all_codes()}
    assert not checks & without
    names = {path.name for path in FOLDER.iterdir()}
    in_files = [code for code in CODES if not code.startswith("manifest.")]
    assert names == {f"{code}.{kind}.txt" for code in in_files for kind in ("bad", "good")}


def report_of(code: str, kind: Kind, folder: Path) -> CheckReport:
    """Check an example: a source folder, or a package with the same names."""
    text = example_text(code, kind)
    # What a manifest has is found without reading code, which takes most of the time.
    is_enough = kind == "bad" and code.startswith("manifest.")
    checks = None if is_enough else Checks(Profile.BLENDER_ORG)
    if code not in PACKAGED:
        return check_folder(write_example(text, folder), checks=checks)
    files = example_files(text).items()
    package = packed(*((name, body.encode()) for name, body in files))
    return check_package(
        io.BytesIO(package), name="gear_tool.zip", scope=Scope.PACKAGE, checks=checks
    )


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_has_the_problem(code: str, tmp_path: Path) -> None:
    report = report_of(code, "bad", tmp_path)

    assert code in {problem.code for problem in report.problems}


#: Codes, one for each good example: those of a field share one.
GOOD = sorted({example_text(code, "good"): code for code in CODES}.values())


@pytest.mark.parametrize("code", GOOD)
def test_the_good_example_has_no_problem_at_all(code: str, tmp_path: Path) -> None:
    report = report_of(code, "good", tmp_path)

    assert [(problem.code, str(problem.where)) for problem in report.problems] == []
