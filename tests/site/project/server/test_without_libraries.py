"""Commands of the site when only the toolkit is installed."""

import importlib.metadata
import importlib.util
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.core.errors import Unavailable
from extery_site.project.commands import manage, serve, worker


@pytest.mark.parametrize(
    "command",
    [serve.serve, manage.manage, worker.worker],
    ids=["serve", "manage", "worker"],
)
def test_without_its_libraries_the_site_prints_how_to_install_them(
    command: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    result = CliRunner().invoke(command, [])  # type: ignore[arg-type]

    assert isinstance(result.exception, Unavailable)
    assert result.exception.code == "usage.site-missing"
    hint = result.exception.problems[0].hint
    assert hint == "pip install 'extery[site]', or in a checkout of Extery: pip install '.[site]'"


def test_without_the_demo_serve_prints_how_to_install_it_and_creates_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: ())
    data = tmp_path / "data"

    result = CliRunner().invoke(serve.serve, ["--demo", "--port", "0", "--data", str(data)])

    assert isinstance(result.exception, Unavailable)
    assert result.exception.code == "usage.demo-missing"
    assert "pip install extery-demo" in result.exception.problems[0].hint
    assert not data.exists()
