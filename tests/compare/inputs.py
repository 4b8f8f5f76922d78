"""Inputs for both trees: sources of the demo and the corpus, samples, folders of packages."""

from __future__ import annotations

import re
import shutil
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.samples import GOOD, LENIENT, MANIFESTS
from tests.samples.packages import PACKAGES, XML
from tests.samples.packages import wheel as make_wheel

MANIFEST = "blender_manifest.toml"
#: Where the content of the demo is, in any commit.
DEMO_FOLDERS = ("demo/extery_demo/content", "src/extery_site/demo/content")

#: Keys of ``scenario.toml`` and what they were in ``demo.toml``, before the demo was a distribution.
OLD_SCENARIO_KEYS = {"fate": "outcome", "said": "reason"}

CONFIG = """\
schema_version = "1.0.0"
title = "Comparison"
base_url = "https://example.org/packages/"
changes = true
other_platforms = true
platforms = ["freebsd-x64"]
blocklist = [{ id = "scene_sweeper", reason = "Removes data" }]

[extensions.name_loom]
tagline = "Another tagline"
blender_version_max = "6.0.0"

[channels.beta]
prereleases = true

[channels.themes]
only = ["beacon", "chalk_yard"]
retention = 1
"""

LEGACY = """\
bl_info = {
    "name": "Old Gears",
    "author": "Ada Smith",
    "version": (1, 2, 3),
    "blender": (2, 93, 0),
    "location": "View3D > Add > Mesh",
    "description": "Gears of any size",
    "category": "Add Mesh",
}


def register():
    pass
"""


def find_demo(source: Path) -> Path:
    """The folder of the demo's content in a tree."""
    for folder in DEMO_FOLDERS:
        if (source / folder).is_dir():
            return source / folder
    raise SystemExit(f"{source} has no demo content in any of {', '.join(DEMO_FOLDERS)}")


def demo_files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the demo's content, to see that both trees have the same."""
    content = find_demo(source)
    for path in sorted(content.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(content).as_posix(), path.read_bytes()


def write_demo(folder: Path, *, source: Path, before: Path) -> None:
    """Write the demo of a tree with the content of the tree before, so that both sites have the same.

    Does nothing for a tree whose demo is not a distribution of its own.
    """
    if find_demo(source) != source / DEMO_FOLDERS[0]:
        return
    content = folder / "extery_demo" / "content"
    skipped = shutil.ignore_patterns("content", "__pycache__")
    shutil.copytree(source / "demo", folder, ignore=skipped)
    shutil.copytree(find_demo(before), content, ignore=shutil.ignore_patterns("__pycache__"))
    for path in content.glob("*/demo.toml"):
        text = path.read_text("utf-8")
        for old, new in OLD_SCENARIO_KEYS.items():
            text = re.sub(rf"^{old} = ", f"{new} = ", text, flags=re.MULTILINE)
        path.with_name("scenario.toml").write_text(text, "utf-8")
        path.unlink()


def write_inputs(folder: Path, *, source: Path, corpus: Path) -> None:
    """Write every input of ``build`` and ``validate`` below ``folder``; ``source`` has the demo."""
    for path in sorted(find_demo(source).glob("*/source*")):
        if (path / MANIFEST).is_file():
            target = folder / "sources" / "demo" / path.parent.name
            shutil.copytree(path, target, ignore=shutil.ignore_patterns("__pycache__"))
            _add_wheels(target)
            if b'type = "theme"' in (target / MANIFEST).read_bytes():
                (target / "theme.xml").write_bytes(XML)  # as the demo does, from its palette
    for group in ("manifests", "samples-5.3"):
        for path in sorted((corpus / group).glob("*.toml")):
            _write_source(folder / "sources" / group / path.stem, path.read_bytes())
            _copy(path, folder / "manifests" / group / path.name)
    for group, samples in (("strict", MANIFESTS), ("lenient", LENIENT)):
        for name, path in samples.items():
            _copy(path, folder / "manifests" / group / f"{name}.toml")
    _copy(GOOD, folder / "manifests" / "strict" / "good.toml")
    for path in sorted((corpus / "listings").glob("*.json")):
        _copy(path, folder / "listings" / path.stem / "index.json")
    packages = folder / "packages" / "samples"
    packages.mkdir(parents=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for code, make in PACKAGES.items():
            (packages / f"{code}.zip").write_bytes(make())


def write_repositories(folder: Path, groups: dict[str, list[Path]]) -> None:
    """Write a folder of packages for each group, with a configuration and a legacy add-on beside it."""
    for group, packages in groups.items():
        target = folder / "repositories" / group
        target.mkdir(parents=True)
        for package in packages:
            shutil.copy2(package, target)
    (folder / "repo.toml").write_text(CONFIG, "utf-8")
    (folder / "old_gears.py").write_text(LEGACY, "utf-8")


def demo_ids(source: Path) -> list[str]:
    """The ids of the extensions in the demo's content."""
    manifests = sorted(find_demo(source).glob(f"*/source*/{MANIFEST}"))
    return sorted({str(tomllib.loads(path.read_text("utf-8"))["id"]) for path in manifests})


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())


def _write_source(folder: Path, manifest: bytes) -> None:
    """A source folder with everything that this manifest needs to be built."""
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_bytes(manifest)
    (folder / "__init__.py").write_text("def register(): ...\n", "utf-8")
    (folder / "theme.xml").write_bytes(XML)
    _add_wheels(folder)


def _add_wheels(folder: Path) -> None:
    """Write each wheel that the manifest names inside its folder."""
    try:
        table = tomllib.loads((folder / MANIFEST).read_text("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    wheels = table.get("wheels")
    for name in wheels if isinstance(wheels, list) else ():
        path = PurePosixPath(str(name))
        if path.is_absolute() or ".." in path.parts or path.suffix != ".whl":
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(make_wheel("-".join(path.name.split("-")[:2])))
