"""Every version of the demo installs, loads and unloads in Blender, and works as its page describes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from extery.author.build.execute import build
from extery.core import platforms
from extery.core.compatibility import BlenderRange
from extery.core.versions import parse_blender_version
from extery.manifest.document import Manifest
from extery_demo.colours import rgb
from extery_demo.scenarios import Scenario, VersionScenario, scenarios
from extery_demo.sources import build_version
from tests.blender.client import Blender, BlenderError
from tests.blender.install import VERSIONS
from tests.blender.series import parameters
from tests.sampled import some_blenders

EXERCISES = Path(__file__).with_name("exercises")


@dataclass(frozen=True)
class Built:
    """A version and its package for this platform."""

    scenario: Scenario
    version: VersionScenario
    package: Path
    type: str
    range: BlenderRange


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Built]:
    """All versions, the oldest version of each extension first."""
    work_dir = tmp_path_factory.mktemp("build")
    items = []
    for scenario in scenarios():
        for version in scenario.versions:
            for package in build_version(scenario, version, work_dir):
                if package.platform in (None, platforms.current()):
                    supported = package.manifest.blender_range
                    type_ = package.manifest.type
                    items.append(Built(scenario, version, package.path, type_, supported))
    return items


@pytest.fixture(params=parameters(some_blenders()))
def blender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blender]:
    """A Blender with the exercises installed."""
    source = shutil.copytree(EXERCISES, tmp_path / "exercises")
    (package,) = build(source, output_dir=tmp_path)
    with Blender(request.param, home=tmp_path / "home") as session:
        session.install_file(package.path)
        session.printed = ""
        yield session


def supported_by(built: list[Built], blender: Blender, type_: str) -> list[Built]:
    """The versions of extensions of a type that this Blender supports."""
    running = parse_blender_version(VERSIONS[blender.version])
    return [item for item in built if item.type == type_ and item.range.has(running)]


def new_output(blender: Blender) -> str:
    """Return what Blender printed since the last call, without messages about reloaded modules."""
    output, blender.printed = blender.printed.splitlines(), ""
    return "\n".join(
        line for line in output if line and not line.startswith("module changed on disk")
    )


def test_every_add_on_loads_works_and_unloads(built: list[Built], blender: Blender) -> None:
    items = supported_by(built, blender, "add-on")
    newest = {item.scenario.id: item for item in items}
    failures = []
    for item in items:
        name = item.scenario.id
        try:
            blender.install_file(item.package)
            messages = [new_output(blender)]
            assert blender.is_loaded(name)
            assert blender.find(name).installed == item.version.number
            messages.append(blender.attribute("exercises", f"drew_{name}"))
            if item is newest[name]:
                messages.append(blender.attribute("exercises", f"did_{name}"))
                new_output(blender)
            blender.disable(name)
            assert not blender.is_loaded(name)
            messages.append(new_output(blender))
        except BlenderError as error:
            messages = [str(error)]
        failures += [f"{name} {item.version.number}: {text}" for text in messages if text]

    assert failures == []
    assert len(newest) >= 20


def test_every_theme_is_applied_in_its_colours_without_a_message(
    built: list[Built], blender: Blender
) -> None:
    items = supported_by(built, blender, "theme")
    for item in items:
        blender.install_file(item.package)

        assert new_output(blender) == "", item.scenario.id
        assert blender.find(item.scenario.id).enabled
        palette = {**item.scenario.palette, **item.version.palette}
        colours = blender.attribute("exercises", "theme")
        assert colours == {name: list(rgb(palette[name])) for name in colours}, item.scenario.id
    assert len({item.scenario.id for item in items}) >= 6


def test_the_exercises_cover_every_add_on(built: list[Built]) -> None:
    text = (EXERCISES / "__init__.py").read_text(encoding="utf-8")
    add_ons = {item.scenario.id for item in built if item.type == "add-on"}

    assert {name for name in add_ons if f"\ndef {name}():" not in text} == set()
    assert Manifest.read(EXERCISES).id == "exercises"
