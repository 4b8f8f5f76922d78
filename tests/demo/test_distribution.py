"""The demo is a distribution of its own: found by entry point, absent from the site's settings."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import extery
import extery_demo.__main__ as command
from extery_demo.users import PASSWORD
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.project import startup
from extery_site.project.commands import serve as serve_module
from tests.demo.conftest import FEW
from tests.parts import ROOT
from tests.site import factories


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str | Path | None]:
    """Data folders that `prepare` was called with, instead of preparing them."""
    folders: list[str | Path | None] = []

    def prepare(data: str | Path | None = None, **_: Any) -> None:
        folders.append(data)

    monkeypatch.setattr(startup, "prepare", prepare)
    monkeypatch.setattr(command, "prepare", prepare)
    return folders


@pytest.fixture
def serve(
    started: list[str | Path | None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., str]:
    """Run ``extery serve`` up to the point where it listens; return its output."""
    monkeypatch.setattr(serve_module, "_run", lambda _listener, when_ready: when_ready())

    def run(*arguments: str) -> str:
        data = str(tmp_path / "data")
        result = CliRunner().invoke(
            serve_module.serve, ["--port", "0", "--data", data, *arguments], catch_exceptions=False
        )
        assert result.exit_code == 0
        assert started == [data]
        return result.output

    return run


@pytest.mark.usefixtures("db", "few_scenarios")
def test_serve_demo_seeds_the_site_and_prints_the_sign_ins(serve: Callable[..., str]) -> None:
    output = serve("--demo")

    assert "Creating the demo content" in output
    assert f"moderator    {PASSWORD}" in output
    assert Extension.objects.count() == len(FEW)


@pytest.mark.usefixtures("db")
def test_serve_without_the_option_seeds_nothing(serve: Callable[..., str]) -> None:
    output = serve()

    assert "Sign in as" not in output
    assert User.objects.count() == 0


def test_a_site_does_not_load_the_demo() -> None:
    code = (
        "import django, json, sys; django.setup(); from extery_site.project import wsgi, urls;"
        "print(json.dumps([name for name in sys.modules if name.startswith('extery_demo')]))"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": startup.SETTINGS_MODULE,
        "PYTHONPATH": ":".join(sys.path),
    }

    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert json.loads(result.stdout) == []


def test_the_demo_needs_the_site_of_its_own_version() -> None:
    project = tomllib.loads((ROOT / "demo" / "pyproject.toml").read_text("utf-8"))["project"]

    assert project["version"] == extery.__version__
    assert project["dependencies"] == [f"extery[site]=={extery.__version__}"]


@pytest.mark.usefixtures("few_scenarios", "db")
def test_the_command_seeds_a_data_folder(started: list[str | Path | None], tmp_path: Path) -> None:
    result = CliRunner().invoke(command.main, ["--data", str(tmp_path)])

    assert result.exit_code == 0
    assert started == [tmp_path]
    assert result.output.startswith(f"Created {Extension.objects.count()} extensions (")
    assert f"moderator    {PASSWORD}" in result.output


def test_the_command_prints_that_a_site_was_seeded_before(
    owner: User, moderator: User, started: list[str | Path | None]
) -> None:
    factories.make_approved(owner, moderator)

    result = CliRunner().invoke(command.main, [])

    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing was changed: the site already has")


@pytest.mark.usefixtures("started", "db")
def test_the_command_refuses_a_public_address_and_says_how_to_force_it(settings: Any) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"

    result = CliRunner().invoke(command.main, [])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "[setting.demo-public]" in result.stderr
    assert "python -m extery_demo --force" in result.stderr
    assert User.objects.count() == 0


def test_the_demo_comes_with_the_licence_of_extery() -> None:
    assert (ROOT / "demo" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
