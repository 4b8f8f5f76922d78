"""The data folder is private, and the demo is not served to other machines."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from extery_site.project import data_folder
from extery_site.project.commands.serve import is_loopback
from tests.site.project.server.running import serving
from tests.site.project.server.test_startup_failures import run

needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


@needs_modes
def test_everything_in_the_data_folder_is_private(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        assert "setting.data-folder-open" not in server.output
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in [data, *data.rglob("*")]}
    assert modes[data] == 0o700
    assert {path: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


@needs_modes
def test_a_data_folder_that_others_can_open_is_a_warning_with_the_cure(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    problem = data_folder.find_open_folder(data)
    assert problem is not None
    assert problem.code == "setting.data-folder-open"
    assert "0755" in problem.message
    assert problem.hint == f"chmod 700 {data}"
    with serving(data) as server:
        assert f"chmod 700 {data}" in server.output
    data.chmod(0o700)
    assert data_folder.find_open_folder(data) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_the_demo_listens_on_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "0", "2001:db8::1"])
def test_the_demo_is_refused_on_every_other_address(host: str) -> None:
    assert not is_loopback(host)


def test_serve_with_demo_does_not_start_on_a_public_address(tmp_path: Path) -> None:
    result = run(tmp_path, ["serve", "--demo", "--host", "0.0.0.0", "--port", "0"])
    assert result.returncode == 1
    assert "[setting.demo-not-local]" in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []
