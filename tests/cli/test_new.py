"""`extery new`: what it creates has no problems and can be built."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME, TYPE_NAMES


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, with a user whom git knows."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = Ada Smith\nemail = ada@gears.test\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, arguments)


def manifest(folder: str) -> dict[str, object]:
    return tomllib.loads(Path(folder, "blender_manifest.toml").read_text("utf-8"))


@pytest.mark.parametrize("ci", ["", "github", "gitlab", "forgejo"])
@pytest.mark.parametrize("type_name", TYPE_NAMES)
def test_a_new_extension_has_no_problems_and_can_be_built(type_name: str, ci: str) -> None:
    options = ["--with-ci", "--ci-system", ci] if ci else []
    result = run("new", "gear_tool", "--type", type_name, *options)
    assert result.exit_code == 0, result.output
    checked = run("check", "gear_tool", "--strict", "--output-format", "json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["problems"] == []
    built = run("build", "gear_tool", "--output-dir", "dist", "--json")
    assert built.exit_code == 0
    assert Path("dist/gear_tool-0.1.0.zip").is_file()
    names = {path.name for path in Path("gear_tool").rglob("*")}
    assert {"LICENSE", "README.md", ".gitignore"} <= names
    assert not any(name.endswith(".in") for name in names)


@pytest.mark.parametrize("ci", ["github", "gitlab", "forgejo"])
@pytest.mark.parametrize("type_name", TYPE_NAMES)
def test_a_package_has_only_what_blender_and_users_need(type_name: str, ci: str) -> None:
    run("new", "gears", "--type", type_name, "--ci-system", ci)
    Path("gears/dist").mkdir()
    Path("gears/dist/gl-code-quality-report.json").write_text("[]")
    Path("gears/dist/gears-0.0.9.zip").write_text("an older package")
    Path("gears/.coverage").write_text("data")
    assert run("build", "gears", "--output-dir", "dist").exit_code == 0
    with zipfile.ZipFile("dist/gears-0.1.0.zip") as archive:
        names = set(archive.namelist())
    own = {
        ADD_ON.name: {"__init__.py", "interface.py", "operators.py", "preferences.py"},
        THEME.name: {"gears.xml"},
        ASSET_LIBRARY.name: set(),
    }[type_name]
    assert names == {"blender_manifest.toml", "LICENSE", "README.md", *own}


@pytest.mark.parametrize(
    ("blender", "tested"),
    [("4.2", "4.2,5.3"), ("5.1", "5.2,5.3"), ("5.0.5", "5.2,5.3"), ("5.3", "5.3"), ("6.0", "")],
)
def test_the_workflow_tests_in_blenders_that_there_are(blender: str, tested: str) -> None:
    run("new", "gears", "--with-ci", "--blender", blender)
    text = Path("gears/.github/workflows/extension.yml").read_text()
    assert ("extery test" in text) == bool(tested)
    assert f"--blender {tested}" in text or not tested
    assert yaml.safe_load(text)


@pytest.mark.parametrize("type_name", TYPE_NAMES)
def test_options_are_the_values_of_the_manifest(type_name: str) -> None:
    options = {
        "id": "springs",
        "name": 'Springs "and" \\ more 日本',
        "tagline": "Make springs $id ${name}",
        "maintainer": "Grace <grace@springs.test>",
        "license": "MIT",
        "blender": "5.3",
        "tag": {ADD_ON.name: "Mesh", THEME.name: "Light", ASSET_LIBRARY.name: "Brush"}[type_name],
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    result = run("new", "gears", "--type", type_name, *arguments)
    assert result.exit_code == 0, result.output
    found = manifest("gears")
    expected = {
        **options,
        "type": type_name,
        "license": ["SPDX:MIT"],
        "blender_version_min": "5.3.0",
        "tags": [options["tag"]],
    }
    del expected["blender"], expected["tag"]
    assert found.items() >= expected.items()
    assert run("validate", "gears", "--strict").exit_code == 0
    assert "write the text of MIT to gears/LICENSE" in result.stderr


def test_the_maintainer_is_the_user_of_git() -> None:
    run("new", "gears")
    assert manifest("gears")["maintainer"] == "Ada Smith <ada@gears.test>"


def test_a_maintainer_whom_nobody_knows_is_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    result = run("new", "gears")
    assert result.exit_code == 0
    assert "write your name and address" in result.stderr
    assert "metadata.example-domain" in run("check", "gears").output


def test_the_next_steps_can_be_pasted_into_a_shell() -> None:
    result = run("new", "Gear Tool", "--type", ASSET_LIBRARY.name)
    assert (
        "Next: cd 'Gear Tool', extery check, extery test --blender 5.3, extery build"
        in result.stderr
    )
    assert "write the address of your assets as remote_url" in result.stderr
    given = ["--remote-url", "https://gears.test/assets/"]
    assert "note:" not in run("new", "a", "--type", ASSET_LIBRARY.name, *given).stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--id", "9gears"], "manifest.id.not-identifier"),
        (["--name", ""], "manifest.name.empty"),
        (["--tagline", "x" * 65], "manifest.tagline.too-long"),
        (["--license", "MITx"], "manifest.license.unknown"),
        (["--blender", "latest"], "manifest.blender_version_min.not-numbers"),
        (["--license", "x" * 300], "manifest.license.unknown"),
        (["--blender", "4"], "manifest.blender_version_min.not-three-numbers"),
        (["--tag", "Gears"], "manifest.tags.unknown-tag"),
        (["--name", "a\udc80"], "manifest.toml.not-utf-8"),
    ],
)
def test_an_invalid_value_is_named_with_its_cure_and_nothing_is_created(
    arguments: list[str], code: str
) -> None:
    result = run("new", "gears", *arguments, "--output-format", "json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert [problem["code"] for problem in document["problems"]] == [code]
    assert document["problems"][0]["hint"]
    assert list(Path().iterdir()) == []


def test_a_folder_with_an_extension_is_not_overwritten() -> None:
    assert run("new", "gears").exit_code == 0
    Path("gears/operators.py").write_text("mine")
    Path("gears/blender_manifest.toml").unlink()
    result = run("new", "gears")
    assert result.exit_code == 1
    assert "new.exists" in result.stderr
    assert Path("gears/operators.py").read_text() == "mine"
    assert not Path("gears/blender_manifest.toml").exists()


@pytest.mark.parametrize("system", ["github", "gitlab", "forgejo"])
def test_a_workflow_checks_tests_builds_and_publishes(system: str) -> None:
    run("new", "gears", "--ci-system", system)
    [file] = [*Path("gears").rglob("*.yml")]
    document = yaml.safe_load(file.read_text())
    if system == "gitlab":
        steps = [*document["package"]["script"], *document["publish"]["script"]]
    else:
        jobs = document["jobs"].values()
        steps = [step.get("run", "") for job in jobs for step in job["steps"]]
    text = "\n".join(steps)
    commands = (
        "extery check",
        "extery test --strict --blender 4.2,5.3",
        "extery build",
        "curl --fail-with-body",
    )
    for command in commands:
        assert command in text
    assert "dist/gears-" in text


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_in_a_terminal_the_command_asks_and_repeats_what_is_invalid() -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "extery", "new", "gears", "--tagline", "Make gears"],
        stdin=child,
        stdout=child,
        stderr=child,
        close_fds=True,
    )
    os.close(child)
    answers = [ADD_ON.name, "Gears", "9gears", "gears", "", "GPL-3.0-or-later", "4.5"]
    os.write(parent, "".join(f"{answer}\n" for answer in answers).encode())
    printed = b""
    while True:
        try:
            part = os.read(parent, 65536)
        except OSError:
            break
        if not part:
            break
        printed += part
    os.close(parent)
    assert process.wait(60) == 0, printed
    assert b"use letters, digits and single underscores" in printed
    found = manifest("gears")
    assert (found["id"], found["name"], found["tagline"]) == ("gears", "Gears", "Make gears")
    assert found["blender_version_min"] == "4.5.0"
    assert found["maintainer"] == "Ada Smith <ada@gears.test>"
