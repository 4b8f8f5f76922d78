"""``extery audit`` and ``extery doctor`` as a user types them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.evening import Evening


def test_an_audit_prints_totals_and_succeeds(evening: Evening) -> None:
    evening.run("install", "gear_tool", "spring_tool")
    result = evening.run("audit")
    assert result.exit_code == 0, result.output
    names = "studio.gear_tool, studio.spring_tool"
    assert f"licence GPL-3.0-or-later: 2 ({names})" in result.output
    assert f"no permissions: 2 ({names})" in result.output
    assert "2 extensions installed, 0 blocked." in result.output


def test_a_blocked_extension_makes_the_status_1_and_stays(blocked: Evening) -> None:
    result = blocked.run("audit")
    assert result.exit_code == 1
    assert "studio.gear_tool 1.0.0 is blocked by its repository: it mines coins" in result.output
    assert set(blocked.versions()) == {"gear_tool", "spring_tool"}
    document = blocked.json("audit")
    [target] = document["targets"]
    assert (document["policy"], target["blocked"]) == ("warn", ["studio.gear_tool"])
    assert target["permissions"] == {"none": ["studio.gear_tool", "studio.spring_tool"]}


def test_a_policy_removes_what_is_blocked_and_undo_brings_it_back(
    blocked: Evening, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('blocked = "remove"\n')
    result = blocked.run("audit", "--policy", str(policy), "--dry-run")
    assert result.exit_code == 1
    assert "remove studio.gear_tool 1.0.0" in result.output
    assert set(blocked.versions()) == {"gear_tool", "spring_tool"}
    result = blocked.run("audit", "--policy", str(policy))
    assert result.exit_code == 0, result.output
    assert "removed studio.gear_tool 1.0.0" in result.output
    assert "1 extension installed, 0 blocked." in result.output
    assert set(blocked.versions()) == {"spring_tool"}
    assert blocked.run("undo").exit_code == 0
    assert set(blocked.versions()) == {"gear_tool", "spring_tool"}


def test_the_setting_of_the_user_is_the_policy(blocked: Evening, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config/config.toml").write_text('blocked = "remove"\n')
    assert blocked.run("audit").exit_code == 0
    assert set(blocked.versions()) == {"spring_tool"}


def test_the_doctor_prints_findings_only_unless_asked(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    result = evening.run("doctor", "--offline")
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    assert "Examined Blender 4.2. No problems." in result.stderr
    lines = evening.run("doctor", "--offline", "-v").stdout.splitlines()
    assert "lock: No other command is running." in lines
    assert "servers: not checked, no repository may be requested" in lines
    assert len(lines) == len(evening.json("doctor", "--offline")["targets"][0]["checks"])


def test_a_finding_makes_the_status_1_and_has_a_cure(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    (evening.target / "studio/gear_tool@").mkdir()
    result = evening.run("doctor", "--offline")
    assert result.exit_code == 1
    assert "Blender has left gear_tool@ in studio" in result.output
    assert "rm -r" in result.output
    [target] = evening.json("doctor", "--offline")["targets"]
    status = {check["name"]: check["status"] for check in target["checks"]}
    assert (status["leftovers"], status["lock"], status["proxy"]) == (
        "attention",
        "fine",
        "skipped",
    )


def test_settings_that_cannot_be_read_are_a_finding_of_the_doctor(
    evening: Evening, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config/config.toml").write_text("online = \n")
    result = evening.run("doctor")
    assert result.exit_code == 1
    assert "config.toml" in result.output
    assert "Examined Blender 4.2. Found 1 error." in result.output
