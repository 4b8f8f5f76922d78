"""The registry lists every rule once, with everything that it can report."""

from __future__ import annotations

from pathlib import Path

import pytest

import extery.rules
from extery.core.codes import all_codes, find
from extery.rules.registry import RULES
from extery.rules.rule import Rule, Scope

PACKAGES = {Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD}


def test_ids_and_modules_are_used_once() -> None:
    assert len({rule.id for rule in RULES}) == len({rule.module for rule in RULES}) == len(RULES)


def test_every_module_of_a_rule_is_in_the_registry() -> None:
    folder = Path(str(extery.rules.__file__)).parent
    modules = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in folder.glob("*/*.py")
        if "\ndef check(" in path.read_text("utf-8")
    }

    assert modules == {rule.module for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_can_be_loaded_and_its_codes_are_in_the_catalogue(rule: Rule) -> None:
    assert callable(rule.load())
    assert {code for code in rule.codes if not code.endswith(".*")} <= rule.all_codes()
    severities = {find(code).severity for code in rule.all_codes()}
    assert rule.severity == ("error" if "error" in severities else "warning")


def test_packages_are_checked_by_the_same_rules_everywhere() -> None:
    """Only rules that report warnings alone may skip repositories, whose owners cannot change the packages."""
    for rule in RULES:
        scopes = rule.scopes & PACKAGES
        assert scopes in (set(), PACKAGES, PACKAGES - {Scope.REPOSITORY})
        assert (scopes == PACKAGES - {Scope.REPOSITORY}) == (
            rule.severity == "warning" and bool(scopes)
        )


def test_every_code_of_manifests_and_packages_belongs_to_a_rule() -> None:
    areas = ("manifest", "package", "path", "wheel", "theme")
    codes = {code for code in all_codes() if code.partition(".")[0] in areas}

    assert codes <= {code for rule in RULES for code in rule.all_codes()}
