"""Real Blenders with the add-on of the how-to page: all that their client does, it does with our tool."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.repository.generate import generate
from tests.blender.client import Blender, BlenderError
from tests.blender.samples import write_extension, zip_extension
from tests.blender.series import SOME_BLENDERS
from tests.blender.serving import HttpFolder
from tests.blender_ext.suites import write_tool
from tests.blender_ext.tool import contents
from tests.parts import ROOT

pytestmark = pytest.mark.blender

Serve = Callable[[Path], HttpFolder]
PAGE = ROOT / "docs" / "how-to" / "let-blender-use-extery.md"
ADD_ON = "use_extery"
_FILE = re.compile(r"<!-- file: (\S+) -->\s+```\w+\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"^COMMAND = .*$", re.MULTILINE)


def build_add_on(folder: Path) -> Path:
    """Build the add-on of the page, for our tool of this checkout."""
    tool = write_tool(folder / "tool" / "blender_ext.py")
    for name, block in _FILE.findall(PAGE.read_text("utf-8")):
        text = re.sub(r"^   ", "", block, flags=re.MULTILINE)
        text = _COMMAND.sub(f"COMMAND = {[sys.executable, str(tool)]!r}", text)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    subprocess.run(
        [sys.executable, str(tool), "build", "--source-dir", ADD_ON], cwd=folder, check=True
    )
    return folder / f"{ADD_ON}-1.0.0.zip"


def put(folder: Path, name: str, version: str = "1.2.3") -> Path:
    """Put the package of an add-on into ``folder``, in place of that of another version."""
    source = write_extension(folder / "source" / name, extension_id=name, version=version)
    return zip_extension(source, folder / f"{name}.zip")


def publish(folder: Path, *names: str, version: str = "1.2.3") -> None:
    for name in names:
        put(folder, name, version)
    generate(folder)


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    folder = tmp_path / "remote"
    folder.mkdir()
    publish(folder, "gears", "cogs")
    return folder


@pytest.fixture
def own(blender: Blender, tmp_path: Path) -> Blender:
    """A Blender that uses our tool."""
    blender.install_file(build_add_on(tmp_path))
    return blender


def texts(blender: Blender) -> list[str]:
    return [f"{message.type} {message.text}" for message in blender.messages]


@SOME_BLENDERS
def test_blender_syncs_installs_updates_and_removes(
    own: Blender, remote: Path, http_folder: Serve
) -> None:
    server = http_folder(remote)
    own.add_repository("studio", f"{server.url}/index.json", token="secret")
    own.messages.clear()

    own.sync("studio")
    own.install("gears")
    assert own.is_loaded("gears")
    folder = own.extensions_folder / "studio"
    assert (folder / ".blender_ext" / "extery-validators.json").exists()
    publish(remote, "gears", version="1.3.0")
    own.sync("studio")
    assert own.find("gears").outdated
    assert own.update_all() == [("gears", "1.2.3", "1.3.0")]
    assert own.is_loaded("gears")
    own.remove("gears")

    assert [text for text in texts(own) if not text.startswith("PROGRESS")] == [
        'STATUS Checking repository "studio" for updates...',
        'STATUS Refreshing extensions list for "studio"...',
        'STATUS Extensions list for "studio" updated',
        'STATUS Installed "gears"',
        'STATUS Checking repository "studio" for updates...',
        'STATUS Refreshing extensions list for "studio"...',
        'STATUS Extensions list for "studio" updated',
        'STATUS Reinstalled "gears"',
        'STATUS Removed "gears"',
    ]
    assert own.complaints() == []
    assert [path.name for path in folder.iterdir()] == [".blender_ext"]
    assert {request.headers["user-agent"].split("/")[0] for request in server.requests} == {
        "Blender"
    }
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer secret"}


def test_an_unchanged_listing_is_not_sent_again(
    own: Blender, remote: Path, http_folder: Serve
) -> None:
    server = http_folder(remote)
    own.add_repository("studio", f"{server.url}/index.json")
    # The server has only times: a file that has just changed could change again in the same second.
    os.utime(remote / "index.json", (1_000_000_000, 1_000_000_000))
    own.sync("studio")
    own.sync("studio")

    assert [request.status for request in server.requests] == [200, 304]
    assert own.find("gears").listed == "1.2.3"
    assert own.complaints() == []


def test_blender_installs_from_disk(own: Blender, tmp_path: Path) -> None:
    own.messages.clear()

    own.install_file(put(tmp_path, "saw"))
    own.install_file(put(tmp_path, "saw", "2.0.0"))

    assert own.is_loaded("saw")
    assert own.find("saw").installed == "2.0.0"
    assert texts(own) == ['STATUS Installed "saw"', 'STATUS Reinstalled "saw"']
    assert own.complaints() == []


def test_blender_shows_why_something_failed(own: Blender, remote: Path, http_folder: Serve) -> None:
    server = http_folder(remote)
    own.add_repository("studio", f"{server.url}/index.json")
    own.sync("studio")
    (remote / "gears.zip").unlink()

    with pytest.raises(BlenderError, match=r'install "gears": .*gears\.zip'):
        own.install("gears")
    own.install("cogs")
    (remote / "index.json").unlink()
    with pytest.raises(BlenderError, match=r"sync: .*index\.json"):
        own.sync("studio")

    assert own.find("gears").installed is None
    assert own.find("cogs").installed == "1.2.3"


def test_without_the_add_on_blender_uses_its_own_tool(
    own: Blender, remote: Path, http_folder: Serve
) -> None:
    server = http_folder(remote)
    own.add_repository("studio", f"{server.url}/index.json")

    own.disable(ADD_ON)
    own.sync("studio")

    names = contents(own.extensions_folder / "studio")
    assert [name for name in names if "extery" in name] == []
    assert ".blender_ext/index.json" in names
