"""The files of YARA rules: compiled together, with errors that name their place, and again when a byte changes."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from extery.core.errors import Unavailable
from extery_site.project import yara_library
from extery_site.scanning.yara_rules import Rule, RuleName, load_rules
from tests.parts import ROOT
from tests.site.scanning.rule_files import rule, write_rules


def test_the_example_of_the_how_to_can_be_used(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "scan-uploads.md").read_text(encoding="utf-8")
    example = page.partition("```yara\n")[2].partition("```")[0]

    rules = load_rules(write_rules(tmp_path, studio=example))

    assert rules.faults == ()
    assert {str(name): rule.action for name, rule in rules.rules.items()} == {
        "studio.webhook": "review",
        "studio.known_dropper": "quarantine",
    }


def test_each_file_has_a_namespace_also_in_folders_below(tmp_path: Path) -> None:
    write_rules(tmp_path, a=rule("x", action="inform", description="Has gears"), b=rule("x"))
    write_rules(tmp_path / "more", c=rule("y", action="quarantine"))
    write_rules(tmp_path / ".git", hidden=rule("z"))
    (tmp_path / "a.YARA").write_text(rule("x"))
    (tmp_path / "notes.txt").write_text("no rules")

    rules = load_rules(tmp_path)

    assert dict(rules.files) == {
        "a.YARA": "a",
        "a.yar": "a.yar",
        "b.yar": "b",
        "more/c.yar": "more/c",
    }
    assert rules.faults == ()
    assert dict(rules.rules) == {
        RuleName("a", "x"): Rule("review", ""),  # of a.YARA, which is the first
        RuleName("a.yar", "x"): Rule("inform", "Has gears"),
        RuleName("b", "x"): Rule("review", ""),
        RuleName("more/c", "y"): Rule("quarantine", ""),
    }


def test_of_two_actions_the_more_serious_one_counts(tmp_path: Path) -> None:
    text = 'rule x { meta: action = "inform" action = "quarantine" condition: filesize > 1 }'
    [found] = load_rules(write_rules(tmp_path, a=text)).rules.values()
    assert found.action == "quarantine"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("rule x {\n condition: foo\n}", "a.yar:2:13", "unknown identifier `foo`"),
        ("rule x { condition: }", "a.yar:1:21", "syntax error"),
        (
            'rule x {\nmeta: action = "ban"\ncondition: filesize > 1 }',
            "a.yar:2:16",
            "quarantine|rev",
        ),
        ("rule x { meta: action = 3 condition: filesize > 1 }", "a.yar:1:25", "`action`"),
        ('include "../secret"', "a.yar:1:1", "include"),
        ("// ok\n\udcff", "a.yar:2", "not UTF-8"),
    ],
)
def test_a_faulty_file_is_left_out_with_its_place_and_the_others_are_used(
    text: str, place: str, message: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_rules(tmp_path, b=rule("y"))
    (tmp_path / "a.yar").write_bytes(text.encode("utf-8", "surrogateescape"))

    with caplog.at_level(logging.ERROR):
        rules = load_rules(tmp_path)

    assert set(rules.rules) == {RuleName("b", "y")}
    assert rules.faulty_files == {"a.yar"}
    [problem] = rules.faults
    assert (problem.code, str(problem.where)) == ("scan.rule-file", place)
    assert message in problem.message
    assert problem.hint
    assert place in caplog.text


def test_no_rule_of_a_faulty_file_is_used_and_all_faulty_files_are_named(tmp_path: Path) -> None:
    faulty = rule("first") + "rule second { condition: foo and bar }"
    write_rules(tmp_path, a=faulty, b=faulty, c=rule("y"))

    rules = load_rules(tmp_path)

    assert set(rules.rules) == {RuleName("c", "y")}
    assert rules.faulty_files == {"a.yar", "b.yar"}


def test_a_file_that_cannot_be_read_is_faulty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rules(tmp_path, a=rule("x"), b=rule("y"))
    before = load_rules(tmp_path).version
    real = Path.read_bytes

    def read(path: Path) -> bytes:
        if path.name == "a.yar":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    os.utime(tmp_path / "a.yar", (1, 1))
    rules = load_rules(tmp_path)

    assert set(rules.rules) == {RuleName("b", "y")}
    assert "cannot be read: Permission denied" in rules.faults[0].message
    assert rules.version != before


def test_links_that_lead_nowhere_and_strange_names_stop_nothing(tmp_path: Path) -> None:
    write_rules(tmp_path, good=rule("y"))
    (tmp_path / "link.yar").symlink_to(tmp_path / "nowhere")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yar")).write_text(rule("z"))

    rules = load_rules(tmp_path)

    assert {str(name) for name in rules.rules} == {"good.y", "\\udcff.z"}
    assert rules.faulty_files == {"link.yar"}


def test_the_version_follows_the_bytes_and_nothing_is_compiled_twice(tmp_path: Path) -> None:
    write_rules(tmp_path, a=rule("x"))
    first = load_rules(tmp_path)
    assert load_rules(tmp_path) is first

    write_rules(tmp_path, a=rule("x") + "// a comment\n")
    second = load_rules(tmp_path)
    assert second.version != first.version
    assert set(second.rules) == set(first.rules)

    write_rules(tmp_path, a=rule("x"))
    assert load_rules(tmp_path).version == first.version
    assert "yara-x" in first.version


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_without_rules_is_an_error(tmp_path: Path, is_there: bool) -> None:
    folder = tmp_path / "rules"
    if is_there:
        folder.mkdir()
    with pytest.raises(Unavailable) as caught:
        load_rules(folder)
    [problem] = caught.value.problems
    assert problem.code == "scan.rule-folder"
    assert str(folder) in problem.message
    assert "EXTERY_YARA_RULES" in problem.hint


def test_without_the_library_there_is_a_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yara_library, "find_spec", lambda _: None)
    with pytest.raises(Unavailable) as caught:
        load_rules(write_rules(tmp_path, a=rule("x")))
    [problem] = caught.value.problems
    assert problem.code == "usage.yara-missing"
    assert "pip install 'extery[site,yara]'" in problem.hint
    yara_library.require_for(None)
