"""What an operator reads about YARA rules: the command with its trial, the system check, and the start without the library."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command

from extery.core.errors import Unavailable
from extery_site.accounts.models import User
from extery_site.project import startup, yara_library
from extery_site.scanning.management.commands import scanner
from extery_site.scanning.models import FileCheck
from extery_site.scanning.system_checks import check_yara_rules
from tests.site import factories
from tests.site.scanning.rule_files import rule, write_rules

FAULTY = "rule x {\n condition: foo\n}"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.EXTERY_YARA_RULES = tmp_path / "rules"
    settings.EXTERY_CLAMD = None
    return tmp_path / "rules"


def run(*arguments: str) -> tuple[int, list[str], str]:
    """Run the command; return its exit status, the lines of stdout, and stderr."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(scanner.Command(), *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue().splitlines(), err.getvalue()
    return 0, out.getvalue().splitlines(), err.getvalue()


def test_the_command_lists_files_and_rules(folder: Path) -> None:
    write_rules(folder, a=rule("x", action="quarantine") + rule("y") + rule("z"), b=rule("x"))

    status, out, err = run()

    assert status == 0
    assert out == [
        f"rules: {folder}",
        "ok: a.yar: 3 rules (1 quarantine, 2 review)",
        "ok: b.yar: 1 rule (1 review)",
    ]
    assert err == "EXTERY_CLAMD is not set: packages are scanned by YARA rules only\n"


def test_the_command_names_the_place_of_an_error_and_the_cure(folder: Path) -> None:
    write_rules(folder, bad=FAULTY, good=rule("x"))

    status, out, _ = run()

    assert status == 1
    assert out[1] == (
        "wrong: bad.yar:2:13: it is not used: unknown identifier `foo`: this identifier has not been declared"
    )
    assert out[2] == "  correct the line, and run 'extery manage scanner'"
    assert out[3] == "ok: good.yar: 1 rule (1 review)"


def test_the_command_says_that_there_are_no_rules(folder: Path) -> None:
    status, out, _ = run()
    assert (status, out[1]) == (
        1,
        f"wrong: the YARA rules in {folder} cannot be read: No such file or directory",
    )
    write_rules(folder, a="// nothing yet")
    assert run()[:2] == (
        1,
        [
            f"rules: {folder}",
            f"wrong: there are no YARA rules in {folder}",
            "  put files that end with .yar or .yara there, or unset EXTERY_YARA_RULES",
        ],
    )


@pytest.mark.django_db
def test_rules_are_tried_on_all_packages_and_nothing_follows(
    owner: User, tmp_path: Path, settings: Any
) -> None:
    factories.make_waiting(owner, files={"data/gear.txt": "many teeth", "more.txt": "teeth"})
    factories.make_waiting(owner, id="other", name="Other")
    write_rules(tmp_path / "new", a=rule("teeth", '$t = "teeth"', action="quarantine"))
    assert settings.EXTERY_YARA_RULES is None
    before = list(FileCheck.objects.values())

    status, out, _ = run("--try", str(tmp_path / "new"))

    assert status == 0
    assert out == [
        "ok: a.yar: 1 rule (1 quarantine)",
        "gear_tool 1.0.0, upload.zip",
        "  quarantine: a.teeth in 2 files, first 'data/gear.txt' ($t)",
        "2 packages: 1 with matches, 0 not scanned as a whole",
    ]
    assert list(FileCheck.objects.values()) == before

    one = tmp_path / "new" / "a.yar"
    one.write_text(rule("none", '$t = "nowhere"'))
    assert run("--try", str(one))[1][-1].startswith("2 packages: 0 with matches")
    one.write_text(FAULTY)
    assert run("--try", str(one))[0] == 1
    assert run("--try", str(tmp_path / "missing"))[0] == 1


def test_the_system_check_warns_of_each_error(folder: Path, settings: Any) -> None:
    write_rules(folder, bad=FAULTY, good=rule("x"))
    [message] = check_yara_rules()
    assert (message.level, message.id) == (checks.WARNING, "extery.scan.rule-file")
    assert message.msg.startswith("YARA rules: bad.yar:2:13: it is not used: unknown identifier")
    assert message.hint
    assert message in checks.run_checks()

    (folder / "bad.yar").unlink()
    assert check_yara_rules() == []
    (folder / "good.yar").unlink()
    assert [one.id for one in check_yara_rules()] == ["extery.scan.rule-folder"]
    settings.EXTERY_YARA_RULES = None
    assert check_yara_rules() == []


def test_a_site_with_rules_does_not_start_without_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_YARA_RULES", str(tmp_path))
    monkeypatch.setenv("EXTERY_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(yara_library, "find_spec", lambda _: None)
    with pytest.raises(Unavailable) as caught:
        startup.load_settings()
    [problem] = caught.value.problems
    assert (problem.code, str(problem.where)) == (
        "usage.yara-missing",
        "environment:EXTERY_YARA_RULES",
    )
    assert not (tmp_path / "data").exists()
