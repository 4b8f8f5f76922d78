"""Writes the source folder of each demo version and builds its packages with `extery build`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from extery.author.build.execute import BuiltPackage, build
from extery.core.wheel_names import WheelName
from extery.manifest.document import MANIFEST_FILENAME, Manifest
from extery_demo.scenarios import Scenario, VersionScenario
from extery_demo.theme_xml import Edition, Palette, theme_file
from extery_demo.wheels import write_wheel


def build_version(
    scenario: Scenario, version: VersionScenario, work_dir: Path
) -> list[BuiltPackage]:
    """Build a version in ``work_dir``: one package, or one for each platform."""
    source = work_dir / f"{scenario.id}-{version.number}"
    manifest = write_source(scenario, version, source)
    packages = work_dir / "packages"
    packages.mkdir(exist_ok=True)
    return build(source, output_dir=packages, split_platforms=bool(manifest.platforms))


def write_source(scenario: Scenario, version: VersionScenario, to: Path) -> Manifest:
    """Write the source folder of a version and return its manifest."""
    # Installers such as pip compile the add-ons in place.
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(scenario.folder / "source", to, ignore=ignore)
    for step in scenario.back_to(version):
        if step.folder:
            shutil.copytree(scenario.folder / step.folder, to, ignore=ignore, dirs_exist_ok=True)
        for name, new, old in step.undo:
            _replace(to / name, new, old)
    _set_version(to / MANIFEST_FILENAME, version)
    manifest = Manifest.read(to)
    if scenario.is_theme:
        palette = Palette.from_table({**scenario.palette, **version.palette})
        (to / f"{scenario.id}.xml").write_bytes(theme_file(palette, edition_for(manifest)))
    for wheel in manifest.wheels:
        _write_wheel(scenario, wheel, to)
    return manifest


def edition_for(manifest: Manifest) -> Edition:
    """Return the edition that the oldest supported Blender reads."""
    oldest = manifest.blender_range.minimum
    if oldest >= (5, 3, 0):
        return "5.3"
    return "5.0" if oldest >= (5, 0, 0) else "4.2"


def _replace(file: Path, new: str, old: str) -> None:
    """Replace the text of the newer version by that of the older one."""
    text = file.read_text(encoding="utf-8")
    if (count := text.count(new)) != 1:
        raise ValueError(f"expected once in {file}, found {count} times: {new!r}")
    file.write_text(text.replace(new, old), encoding="utf-8", newline="\n")


def _set_version(file: Path, version: VersionScenario) -> None:
    """Write the version number and the Blender range into the manifest."""
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^version = .*$", f'version = "{version.number}"', text)
    if version.blender:
        names = ("blender_version_min", "blender_version_max")
        pairs = zip(names, version.blender, strict=False)
        lines = "\n".join(f'{name} = "{value}"' for name, value in pairs)
        text = re.sub(r"(?m)^blender_version_min = .*$", lines, text)
    file.write_text(text, encoding="utf-8", newline="\n")


def _write_wheel(scenario: Scenario, path: str, to: Path) -> None:
    """Write a wheel listed in the manifest, from the module for its operating system."""
    wheel = WheelName.parse(path)
    systems = {name.partition("-")[0] for name in wheel.platforms.names}
    module = scenario.folder / "system" / f"{systems.pop()}.py"
    write_wheel(
        (to / path).parent,
        name=wheel.name,
        version=wheel.version,
        tag=f"{wheel.python_tag}-{wheel.abi_tag}-{wheel.platform_tag}",
        module=module.read_bytes(),
    )
