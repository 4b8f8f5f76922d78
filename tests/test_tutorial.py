"""The tutorial for new users works as it is written, with the demo site and a real Blender, and has the real output."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.client.targets import profiles_folder
from tests.blender.install import installed
from tests.blender.running_site import DemoSite, run_demo_site
from tests.parts import ROOT, require_part
from tests.snippets import environment, run, snippets

PAGE = ROOT / "docs" / "tutorial" / "install-extensions.md"
SITE = "http://127.0.0.1:8000"
#: The time of an operation.
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
#: What a command prints after some seconds: on a slow machine only.
PROGRESS = re.compile(r"\w+: \d+ of \d+ ")
#: The command that the fixture replaces.
SERVE = "make serve"


def sessions() -> list[tuple[str, list[str]]]:
    """Return the commands of the page, each with the lines that it prints."""
    found: list[tuple[str, list[str]]] = []
    for block in snippets(PAGE):
        for line in block.text.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(TIME.sub("TIME", line))
    return [item for item in found if item[0] != SERVE]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DemoSite]:
    for series in ("5.2", "5.3"):
        require_part(f"blender-{series}")
    with run_demo_site(tmp_path / "data") as running:
        yield running


@pytest.mark.blender
@pytest.mark.slow
def test_the_tutorial_shows_what_its_commands_print(site: DemoSite, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (profiles_folder({"HOME": str(home)}) / "5.3").mkdir(parents=True)
    programs = os.pathsep.join(str(installed(series).python) for series in ("5.2", "5.3"))
    variables = {**environment(home), "EXTERY_BLENDER": programs}
    syncs = 0
    for command, expected in sessions():
        if command == "extery sync":
            syncs += 1
            if syncs == 2:  # "Publish a newer version"
                site.approve("name_loom", "1.2.0")
        # In a terminal both streams are one.
        done = run(f"{command.replace(SITE, site.url)} 2>&1", home, variables)
        text = TIME.sub("TIME", done.stdout.replace(site.url, SITE))
        shown = [line for line in text.splitlines() if not PROGRESS.match(line)]
        assert shown == expected, command
        assert (done.returncode != 0) == any(line.startswith("error: ") for line in expected)
    assert syncs == 2
