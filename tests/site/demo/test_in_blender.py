"""What the demo offers is real: every version installs, loads and unloads in Blender, and does what its page says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from extery.author.build.execute import build
from extery.core import platforms
from extery.core.versions import BlenderRange, parse_blender_version
from extery.manifest.document import Manifest
from extery_site.demo.colours import rgb
from extery_site.demo.sources import build_version
from extery_site.demo.stories import Story, VersionStory, stories
from tests.blender.client import Blender, BlenderError
from tests.blender.install import VERSIONS

EXERCISES = Path(__file__).with_name("exercises")


@dataclass(frozen=True)
class Built:
    """A version, and its package for this machine."""

    story: Story
    version: VersionStory
    package: Path
    range: BlenderRange


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Built]:
    """All versions of everything, the oldest version of each extension first."""
    workshop = tmp_path_factory.mktemp("workshop")
    found = []
    for story in stories():
        for version in story.versions:
            for package in build_version(story, version, workshop):
                if package.platform in (None, platforms.current()):
                    fits = package.manifest.blender_range
                    found.append(Built(story, version, package.path, fits))
    return found


@pytest.fixture(params=[pytest.param(series, marks=pytest.mark.blender) for series in VERSIONS])
def blender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blender]:
    """A Blender that knows the exercises."""
    source = shutil.copytree(EXERCISES, tmp_path / "exercises")
    (package,) = build(source, output_dir=tmp_path)
    with Blender(request.param, home=tmp_path / "home") as session:
        session.install_file(package.path)
        session.printed = ""
        yield session


def fitting(built: list[Built], blender: Blender, *, themes: bool) -> list[Built]:
    """The versions for this Blender."""
    running = parse_blender_version(VERSIONS[blender.version])
    return [
        item for item in built if item.story.is_theme == themes and item.range.contains(running)
    ]


def what_was_said(blender: Blender) -> str:
    """What Blender printed since the last look, but for its news that another version was loaded."""
    said, blender.printed = blender.printed.splitlines(), ""
    return "\n".join(
        line for line in said if line and not line.startswith("module changed on disk")
    )


def test_every_add_on_loads_does_its_work_and_unloads(built: list[Built], blender: Blender) -> None:
    items = fitting(built, blender, themes=False)
    newest = {item.story.id: item for item in items}
    complaints = []
    for item in items:
        name = item.story.id
        try:
            blender.install_file(item.package)
            said = [what_was_said(blender)]
            assert blender.is_loaded(name)
            assert blender.find(name).installed == item.version.number
            said.append(blender.attribute("exercises", f"drew_{name}"))
            if item is newest[name]:
                said.append(blender.attribute("exercises", f"did_{name}"))
                what_was_said(blender)
            blender.disable(name)
            assert not blender.is_loaded(name)
            said.append(what_was_said(blender))
        except BlenderError as error:
            said = [str(error)]
        complaints += [f"{name} {item.version.number}: {text}" for text in said if text]

    assert complaints == []
    assert len(newest) >= 20


def test_every_theme_is_applied_without_a_word_in_its_own_colours(
    built: list[Built], blender: Blender
) -> None:
    items = fitting(built, blender, themes=True)
    for item in items:
        blender.install_file(item.package)

        assert what_was_said(blender) == "", item.story.id
        assert blender.find(item.story.id).enabled
        palette = {**item.story.palette, **item.version.palette}
        found = blender.attribute("exercises", "theme")
        assert found == {name: list(rgb(palette[name])) for name in found}, item.story.id
    assert len({item.story.id for item in items}) >= 6


def test_the_exercises_cover_every_add_on(built: list[Built]) -> None:
    text = (EXERCISES / "__init__.py").read_text(encoding="utf-8")
    add_ons = {item.story.id for item in built if not item.story.is_theme}

    assert {name for name in add_ons if f"\ndef {name}():" not in text} == set()
    assert Manifest.read(EXERCISES).id == "exercises"
