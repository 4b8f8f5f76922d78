"""Source folders of the demo's versions, and packages built from them as an author would."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from extery.author.build.execute import BuiltPackage, build
from extery.core.wheel_names import WheelName
from extery.manifest.document import FILENAME, Manifest
from extery_site.demo.stories import Story, VersionStory
from extery_site.demo.theme_xml import Edition, Palette, theme_file
from extery_site.demo.wheels import write_wheel


def build_version(story: Story, version: VersionStory, workshop: Path) -> list[BuiltPackage]:
    """The packages of a version: one, or one for each platform. Built in ``workshop``."""
    source = workshop / f"{story.id}-{version.number}"
    manifest = write_source(story, version, source)
    packages = workshop / "packages"
    packages.mkdir(exist_ok=True)
    return build(source, output_dir=packages, split_platforms=bool(manifest.platforms))


def write_source(story: Story, version: VersionStory, to: Path) -> Manifest:
    """Write the folder that this version was made from, and read its manifest."""
    # Installing the site compiles the add-ons where they lie; that is not part of them.
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(story.folder / "source", to, ignore=leave_out)
    for step in story.newer_than(version):
        if step.folder:
            shutil.copytree(story.folder / step.folder, to, ignore=leave_out, dirs_exist_ok=True)
        for name, now, then in step.undo:
            _replace(to / name, now, then)
    _date_manifest(to / FILENAME, version)
    manifest = Manifest.read(to)
    if story.is_theme:
        palette = Palette.from_table({**story.palette, **version.palette})
        (to / f"{story.id}.xml").write_bytes(theme_file(palette, edition_for(manifest)))
    for wheel in manifest.wheels:
        _write_wheel(story, wheel, to)
    return manifest


def edition_for(manifest: Manifest) -> Edition:
    """Which names a theme must use to be read by the oldest Blender that it is for."""
    return "5.0" if manifest.blender_range.minimum >= (5, 0, 0) else "4.2"


def _replace(file: Path, now: str, then: str) -> None:
    text = file.read_text(encoding="utf-8")
    if text.count(now) != 1:
        raise ValueError(f"{file} has {text.count(now)} times, not once: {now!r}")
    file.write_text(text.replace(now, then), encoding="utf-8", newline="\n")


def _date_manifest(file: Path, version: VersionStory) -> None:
    """Put the version's number and Blender range into the manifest."""
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^version = .*$", f'version = "{version.number}"', text)
    if version.blender:
        names = ("blender_version_min", "blender_version_max")
        pairs = zip(names, version.blender, strict=False)
        lines = "\n".join(f'{name} = "{value}"' for name, value in pairs)
        text = re.sub(r"(?m)^blender_version_min = .*$", lines, text)
    file.write_text(text, encoding="utf-8", newline="\n")


def _write_wheel(story: Story, path: str, to: Path) -> None:
    """Make a wheel that the manifest lists, from the module of the system that it is for."""
    wheel = WheelName.parse(path)
    systems = {name.partition("-")[0] for name in wheel.platforms() or ()}
    module = story.folder / "system" / f"{systems.pop()}.py"
    write_wheel(
        (to / path).parent,
        name=wheel.name,
        version=wheel.version,
        tag=f"{wheel.python_tag}-{wheel.abi_tag}-{wheel.platform_tag}",
        module=module.read_bytes(),
    )
