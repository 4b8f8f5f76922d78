"""The registry finds every rule by its file, and a rule states everything that it can report."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import extery.rules.wheels
from extery.core.codes import Code, all_codes, find, wheel
from extery.core.installation import fails
from extery.rules import registry
from extery.rules.engine import check_package
from extery.rules.guidelines import GUIDELINES
from extery.rules.installability import blocks_install
from extery.rules.registry import all_rules
from extery.rules.rule import CHECKS, Rule, Scope
from tests.samples.packages import ADD_ON, add_on

RULES = all_rules()
PACKAGES = {Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD}

NEW_RULE = """
from extery.rules.rule import PACKAGES, Input, Rule


def check(context, problems):
    for index, name in context.wheels():
        if "debug" in name:
            problems.add("wheel.debug", where=context.locate(("wheels", index)), wheel=name)


RULE = Rule(
    "wheels.debug", check, scopes=PACKAGES, input=Input.MANIFEST, codes=("wheel.debug",)
)
"""


@pytest.fixture
def more_wheel_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder whose modules the registry finds as if they were in ``rules/wheels``."""
    monkeypatch.setattr(
        extery.rules.wheels, "__path__", [*extery.rules.wheels.__path__, str(tmp_path)]
    )
    clear_caches()
    yield tmp_path
    for path in tmp_path.glob("*.py"):
        monkeypatch.delitem(sys.modules, f"extery.rules.wheels.{path.stem}", raising=False)
        monkeypatch.delattr(extery.rules.wheels, path.stem, raising=False)
    clear_caches()


def clear_caches() -> None:
    for cached in (registry.all_rules, registry.rules_without_checks, registry.checks_for):
        cached.cache_clear()


def test_a_new_rule_about_wheels_is_one_file_and_one_row_of_its_code(
    more_wheel_rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (more_wheel_rules / "debug.py").write_text(NEW_RULE)
    row = Code(
        "error",
        "a wheel is a debug build",
        "Blender cannot load it.",
        message="{wheel} is a debug build",
        installation=fails("no Blender loads it"),
    )
    monkeypatch.setitem(wheel.CODES, "wheel.debug", row)
    name = "debug-1.0-py3-none-any.whl"
    manifest = ADD_ON + f'wheels = ["./{name}"]\n'.encode()

    report = check_package(io.BytesIO(add_on(manifest=manifest)))

    assert "wheels.debug" in [rule.id for rule in all_rules()]
    assert [problem.message for problem in report.problems if problem.code == "wheel.debug"] == [
        f"./{name} is a debug build"
    ]
    assert blocks_install("wheel.debug")
    assert report.installable_manifest is None


def test_a_module_without_a_rule_in_the_folder_of_rules_is_named(more_wheel_rules: Path) -> None:
    (more_wheel_rules / "helper.py").write_text("")

    with pytest.raises(AttributeError, match=r"extery\.rules\.wheels\.helper has no RULE"):
        all_rules()


def test_the_id_of_a_rule_is_the_path_of_its_module() -> None:
    for rule in RULES:
        module = rule.check.__module__.removeprefix("extery.rules.").replace("_", "-")
        assert rule.id == module, f"the id in {rule.check.__module__} must be {module!r}"


def test_rules_run_in_an_order_that_reads_names_first_and_contents_last() -> None:
    ids = [rule.id for rule in RULES]

    assert ids[0] == "package.archive"
    # Warnings about a field are left out if it has an error.
    assert ids.index("manifest.fields") < ids.index("manifest.lint")
    # Members are unpacked only if no wheel is a bomb.
    assert ids.index("wheels.contents") < ids.index("package.members") == len(ids) - 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_codes_of_a_rule_are_in_the_catalogue(rule: Rule) -> None:
    assert {code for code in rule.codes if not code.endswith(".*")} <= rule.all_codes()
    severities = {find(code).severity for code in rule.all_codes()}
    assert rule.severity == ("error" if "error" in severities else "warning")


def test_packages_are_checked_by_the_same_rules_everywhere() -> None:
    """Only rules whose warnings concern the author alone may skip repositories."""
    for rule in RULES:
        # Repositories do not unpack all texts of what they list.
        if rule.scopes <= CHECKS or rule.id == "package.secret-texts":
            continue
        scopes = rule.scopes & PACKAGES
        is_for_repositories = any(find(code).installation for code in rule.all_codes())
        assert scopes in (set(), PACKAGES, PACKAGES - {Scope.REPOSITORY})
        assert (scopes == PACKAGES - {Scope.REPOSITORY}) == (
            bool(scopes) and not is_for_repositories
        )


def test_rules_of_folders_for_checks_run_in_checks_and_uploads_only() -> None:
    others = set(registry.rules_without_checks())

    for rule in RULES:
        if rule not in others:
            assert rule.scopes <= CHECKS, (
                f"{rule.id} runs in {rule.scopes}, and is not loaded there"
            )


def test_the_guideline_of_a_rule_is_in_the_table() -> None:
    assert {rule.guideline for rule in RULES if rule.guideline} <= set(GUIDELINES)


def test_every_code_of_manifests_and_packages_belongs_to_a_rule() -> None:
    areas = ("manifest", "package", "path", "wheel", "module", "theme")
    codes = {code for code in all_codes() if code.partition(".")[0] in areas}

    assert codes <= {code for rule in RULES for code in rule.all_codes()}
