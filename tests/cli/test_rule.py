"""`extery rule`: the page of a rule, and all rules as JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.rules.registry import all_rules


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, ["rule", *arguments])


def test_the_page_of_a_rule_has_reason_guideline_cure_and_examples() -> None:
    page = " ".join(run("code.pip").output.split())

    for part in (
        "No add-on installs Python packages while Blender runs.",
        "dependencies as wheels or vendored",
        "https://",
        "Cure: bundle the libraries as wheels",
        "With the problem:",
        'subprocess.run([sys.executable, "-m", "pip"',
        "Without it:",
    ):
        assert part in page


def test_a_code_leads_to_its_rule() -> None:
    page = run("wheel.dist-info").output
    assert page.startswith("wheels.contents:")
    assert "wheel.unreadable" not in page
    assert "extery rule wheels.contents shows all 4 codes of the rule" in page
    assert "wheel.unreadable" in run("wheels.contents").output


def test_an_unknown_rule_has_a_suggestion() -> None:
    result = run("code.pipp")

    assert result.exit_code == 1
    assert "did you mean code.pip?" in result.output


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_has_a_page(rule: object) -> None:
    name = rule.id  # type: ignore[attr-defined]
    result = run(name)

    assert result.exit_code == 0
    assert result.output.startswith(f"{name}: ")
    assert max(len(line) for line in result.output.split("\n")) <= 110


def test_all_rules_are_listed_and_complete_as_json() -> None:
    rules = json.loads(run("--all", "--json").stdout)["rules"]

    assert [row["id"] for row in rules] == sorted(rule.id for rule in all_rules())
    [pip] = [row for row in rules if row["id"] == "code.pip"]
    assert pip["guideline"]["section"] == "General, dependencies as wheels or vendored"
    assert pip["codes"][0]["bad_example"].startswith("-- __init__.py --")
    assert run("--all").output.count("\n") == len(rules)


def test_a_rule_or_all_must_be_asked_for() -> None:
    assert run().exit_code == 2
    assert run("code.pip", "--all").exit_code == 2
