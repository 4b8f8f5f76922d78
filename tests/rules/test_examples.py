"""Each rule of `extery check` has an example with its problem, and one that it accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.author.validate import check_folder
from extery.core.codes import all_codes
from extery.rules.checks import Checks
from extery.rules.examples import FOLDER, example_codes, example_text
from extery.rules.profiles import Profile
from extery.rules.registry import all_rules
from extery.rules.rule import Scope
from tests.rules.example_folders import write_example

CODES = sorted(example_codes())


def test_every_code_of_a_check_has_two_examples() -> None:
    codes = {c for rule in all_rules() if Scope.CHECK in rule.scopes for c in rule.all_codes()}

    assert codes <= example_codes() <= set(all_codes())
    names = {path.name for path in FOLDER.iterdir()}
    assert names == {f"{code}.{kind}.txt" for code in CODES for kind in ("bad", "good")}


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_has_the_problem(code: str, tmp_path: Path) -> None:
    report = check_folder(
        write_example(example_text(code, "bad"), tmp_path), checks=Checks(Profile.BLENDER_ORG)
    )

    assert code in {problem.code for problem in report.problems}


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_has_no_problem_at_all(code: str, tmp_path: Path) -> None:
    report = check_folder(
        write_example(example_text(code, "good"), tmp_path), checks=Checks(Profile.BLENDER_ORG)
    )

    assert [(problem.code, str(problem.where)) for problem in report.problems] == []
