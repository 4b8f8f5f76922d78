"""An evening of a new user: the real site of the demo, the command as it is typed, and all real Blenders."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extery.client.targets import Target, parse_version, profiles_folder
from tests.blender.client import Blender
from tests.blender.install import VERSIONS, installed
from tests.blender.running_site import DemoSite, run_demo_site
from tests.client.test_blender_repositories import in_blender
from tests.parts import require_part
from tests.sampled import some_blenders
from tests.snippets import environment

pytestmark = [pytest.mark.blender, pytest.mark.longest]

ALL = ",".join(VERSIONS)
#: An add-on, one with wheels, a theme with a version for each range of Blenders, and an asset library.
WANTED = ("name_loom", "folder_door", "harbour_dusk", "brick_and_bark")
THEMES = {"4.2": "1.0.0", "4.5": "1.0.0", "5.0": "2.0.0", "5.2": "2.0.0", "5.3": "2.1.0"}
NO_LIBRARY = (
    "error: brick_and_bark 1.1.0 cannot be installed in Blender {}: it needs Blender 5.3.0 or newer"
)


class User:
    """A user with a home, in which the profiles of all Blenders are, and a shell."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {
            **environment(home),
            "EXTERY_BLENDER": os.pathsep.join(str(installed(series).python) for series in VERSIONS),
        }
        self.profiles = profiles_folder({"HOME": str(home)})
        for series in VERSIONS:
            (self.profiles / series).mkdir(parents=True)

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command; return its output and messages."""
        done = subprocess.run(
            ["extery", *arguments],
            cwd=self.home,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == status, done.stdout
        return done.stdout

    def installed(self, *options: str) -> dict[str, dict[str, str]]:
        """Return the installed versions of each Blender."""
        text = self.run("list", "--json", *options)
        document: Any = json.loads(text[: text.rindex("}") + 1])
        return {
            item["blender"]: {row["id"]: row["installed"] for row in item["extensions"]}
            for item in document["targets"]
        }


def expected(series: str, loom: str) -> dict[str, str]:
    """Return what a Blender has installed of `WANTED`."""
    library = {"brick_and_bark": "1.1.0"} if series == "5.3" else {}
    versions = {"name_loom": loom, "folder_door": "1.1.0", "harbour_dusk": THEMES[series]}
    return {**library, **versions}


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of each file of the installed extensions."""
    files = [path for path in folder.glob("demo/[!.]*/**/*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """The running demo."""
    for series in VERSIONS:
        require_part(f"blender-{series}")
    with run_demo_site(tmp_path_factory.mktemp("demo") / "data") as running:
        yield running
        assert "Traceback" not in running.log.read_text("utf-8")


def test_an_evening_with_all_blenders(demo: DemoSite, tmp_path: Path) -> None:
    user = User(tmp_path)
    blenders = ("--blender", ALL)
    output = user.run("repo", "add", demo.url, "--name", "demo", *blenders)
    assert f"{demo.url} leads to {demo.repository_url}" in output
    assert "demo  updated, " in user.run("sync", *blenders)
    assert "lantern_kit" in user.run("search", "lantern", *blenders)

    output = user.run("install", *WANTED, *blenders, status=1)
    for series in VERSIONS:
        assert (NO_LIBRARY.format(series) in output) == (series != "5.3")
    assert output.count("error: ") == len(VERSIONS) - 1
    assert user.installed(*blenders) == {s: expected(s, "1.1.0") for s in VERSIONS}

    demo.approve("name_loom", "1.2.0")
    user.run("sync", *blenders)
    assert "5 extensions outdated." in user.run("outdated", *blenders)
    output = user.run("update", *blenders)
    assert output.count("updated demo.name_loom 1.1.0 -> 1.2.0") == len(VERSIONS)
    user.run("undo", *blenders)
    assert user.installed(*blenders) == {s: expected(s, "1.1.0") for s in VERSIONS}
    user.run("update", *blenders)
    assert user.installed(*blenders) == {s: expected(s, "1.2.0") for s in VERSIONS}

    user.run("lock", "--blender", "5.3")
    check_restore(user)
    assert f"Examined Blender {ALL.replace(',', ', ').replace(', 5.3', ' and 5.3')}" in user.run(
        "doctor", *blenders
    )
    for series in some_blenders():
        check_enabled_by_extery(user, series)
        check_shown_by_blender(user, series, demo)


def test_every_address_of_the_site_leads_to_its_listing(demo: DemoSite, tmp_path: Path) -> None:
    user = User(tmp_path)
    page = demo.get("/extensions/lantern_kit/").decode()
    [link] = set(re.findall(r'href="(http[^"]*/download/[^"]*repository=[^"]*)"', page))
    addresses = {"home": demo.url, "listing": demo.repository_url, "link": html.unescape(link)}
    for name, address in addresses.items():
        output = user.run("repo", "add", address, "--dir", name, "--blender", "5.3")
        assert f"  {demo.repository_url}\n" in output
        assert (f"leads to {demo.repository_url}" in output) == (name != "listing")


def check_restore(user: User) -> None:
    """Check that a second profile gets the same, and another Blender what fits it, with the reasons for the rest."""
    same, other = (user.home / f"second/{series}/extensions" for series in ("5.3", "5.2"))
    user.run("restore", "extery.lock", "--dir", str(same))
    own = hashes(user.profiles / "5.3/extensions")
    assert hashes(same) == own
    assert len(own) > len(WANTED)
    output = user.run("restore", "extery.lock", "--dir", str(other), status=1)
    for name in ("harbour_dusk 2.1.0", "brick_and_bark 1.1.0"):
        assert f"{name} cannot be installed in Blender 5.2: it needs Blender 5.3.0" in output
    assert user.installed("--dir", str(other)) == {
        "5.2": {"name_loom": "1.2.0", "folder_door": "1.1.0"}
    }


def check_enabled_by_extery(user: User, series: str) -> None:
    """Check that everything is enabled in the preferences that a later start of Blender reads."""
    names = expected(series, "1.2.0")
    output = user.run("enable", *names, "--blender", series)
    assert output.count("\nenabled demo.") + output.startswith("enabled demo.") == len(names)
    profile = user.profiles / series
    kept = (profile / "config/userpref.blend").read_bytes()
    for text in ("bl_ext.demo.name_loom", "bl_ext.demo.folder_door", "harbour_dusk.xml"):
        assert text.encode() in kept
    if series == "4.2":  # its module bpy cannot read preferences
        return
    shown = in_blender(
        Target(profile / "extensions", parse_version(series)),
        series,
        "import folder_door_system\n"
        "print([addon_utils.check(f'bl_ext.demo.{n}') for n in ('name_loom', 'folder_door')])\n"
        "print(prefs.themes[0].filepath)\n"
        "libraries = prefs.filepaths.asset_libraries\n"
        "print([(i.extension_id, i.enabled) for i in libraries if getattr(i, 'extension_id', '')])",
    )
    assert "[(True, True), (True, True)]" in shown
    assert str(profile / "extensions/demo/harbour_dusk/harbour_dusk.xml") in shown
    libraries = [("demo.brick_and_bark", True)] if series == "5.3" else []
    assert f"{libraries}\n" in shown


def check_shown_by_blender(user: User, series: str, demo: DemoSite) -> None:
    """Check that Blender itself shows everything as installed and up to date, and enables the add-ons."""
    with Blender(series, home=user.profiles / series) as blender:
        blender.add_repository("demo", demo.repository_url)
        blender.sync()
        for name, version in expected(series, "1.2.0").items():
            shown = blender.find(name)
            assert (shown.installed, shown.outdated) == (version, False)
            if shown.type == "add-on":
                blender.enable(name)
                assert blender.find(name).enabled
                assert blender.is_loaded(name)
