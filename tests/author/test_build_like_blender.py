"""Packages contain the same files as those of Blender's ``build``; each difference has a reason here."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from extery.author.build.execute import build
from extery.core.errors import InvalidInput
from tests.author.trees import make_source, wheel, wheels_line
from tests.blender.client import blender_cli
from tests.blender.install import ENDS, VERSIONS
from tests.parts import require_part
from tests.sampled import some_names
from tests.samples.packages import MANIFEST

pytestmark = pytest.mark.blender

Prepare = Callable[[Path], None]
#: Name of a package -> name of a member -> its bytes; nothing where the build was refused.
Packages = dict[str, dict[str, list[bytes]]]


@dataclass(frozen=True)
class Tree:
    """A source folder and its build. ``differs`` maps versions to reasons why Blender differs."""

    files: tuple[str, ...] = ()
    extra: str = ""
    split: bool = False
    init: bool = True
    prepare: Prepare | None = None
    differs: dict[str, str] = field(default_factory=dict)


def patterns(*items: str) -> str:
    return f"[build]\npaths_exclude_pattern = {list(items)}\n"


def paths(*items: str) -> str:
    return f"[build]\npaths = {['__init__.py', *items]}\n"


def every(reason: str) -> dict[str, str]:
    return dict.fromkeys(VERSIONS, reason)


def until_4_5(reason: str) -> dict[str, str]:
    return dict.fromkeys(("4.2", "4.5"), reason)


def links(folder: Path) -> None:
    (folder / "link.py").symlink_to("__init__.py")
    (folder / "folder").symlink_to("a")
    (folder / "dead").symlink_to("nowhere")


WHEELS = wheel("win_amd64", "manylinux_2_28_x86_64", "macosx_11_0_universal2", "win32", "any")
PLATFORMS = 'platforms = ["windows-x64", "linux-x64", "macos-arm64", "linux-arm64"]\n'
SPLIT = PLATFORMS + wheels_line(WHEELS)
MANY = (
    *("a/b.py", "a/b/c.py", "x/a/b.py", "docs/a.md", "docs/deep/er/b.md", "docs/keep.md", "B.py"),
    *(
        ".hidden",
        ".git/HEAD",
        "x/.idea/a.xml",
        "x/.envrc",
        "__pycache__/a.pyc",
        "a/__pycache__/b.pyc",
    ),
    *("old.zip", "x/data.zip", "x/inner/pack.ZIP", "scene.blend", "scene.blend1", "x/s.blend12"),
    *("a b.txt", "#x#", "!y", "[z]", "Zahnräder/日本.png", "x/😀.png", "tool.py~", "empty/"),
)
TREES = {
    "nothing but a module": Tree(),
    "many files and no [build]": Tree(
        MANY, differs=until_4_5("5.0 leaves out backups of .blend files too, and so do we")
    ),
    "an empty [build]": Tree(MANY, "[build]\n"),
    "a [build] with a key that nobody knows": Tree(MANY, "[build]\nexclude = ['*.zip']\n"),
    "no paths": Tree(MANY, "[build]\npaths = []\n"),
    "no patterns": Tree(MANY, patterns()),
    "a pattern that matches nothing": Tree(MANY, patterns("nothing")),
    "what most authors write": Tree(MANY, patterns("__pycache__/", "/.git/", "/*.zip", ".*")),
    "files by ending": Tree(MANY, patterns("*.py~", "*.zip", "*.blend[1-9]", "**/*.pyc")),
    "folders at the root and anywhere": Tree(MANY, patterns("/docs/", "x/", "/a/__pycache__")),
    "paths with folders between": Tree(MANY, patterns("a/b", "docs/**/b.md", "x/**")),
    "a file that is re-included": Tree(MANY, patterns("docs/*", "!keep.md", "*.md")),
    "a file in a folder that is left out": Tree(MANY, patterns("docs/", "!docs/keep.md")),
    "odd characters in patterns": Tree(MANY, patterns("#x#", "\\!y", "[[]z]", "a b.txt", "?.py")),
    "patterns without effect": Tree(MANY, patterns("/", "./docs", "# remark", "x/../docs/")),
    "an empty pattern": Tree(MANY, patterns("docs/", "")),
    "a blank pattern": Tree(MANY, patterns("docs/", " ")),
    "all but the module": Tree(MANY, patterns("*", "!/__init__.py")),
    "a lone double star": Tree(MANY, patterns("**")),
    "dotted keys": Tree(MANY, "build.paths_exclude_pattern = ['.*', 'x/']\n"),
    "an inline table": Tree(MANY, "build = {paths_exclude_pattern = ['.*']}\n"),
    "listed paths": Tree(MANY, paths("a/b.py", "./docs//a.md", "x/../B.py", ".hidden")),
    "listed paths, one of them missing": Tree(MANY, paths("a/c.py")),
    "listed paths, one of them outside": Tree(MANY, paths("../c.py")),
    "listed paths, one of them twice": Tree(MANY, paths("B.py", "./b.py")),
    "paths and patterns": Tree(MANY, paths("B.py") + "paths_exclude_pattern = ['x']\n"),
    "a password file": Tree(
        (".env",), patterns("docs/"), differs=every("everybody can read it in the package")
    ),
    "a listed folder": Tree(
        MANY, paths("docs"), differs=every("an empty folder is packed, which helps nobody")
    ),
    "links are left out": Tree(("a/b.py",), prepare=links),
    "a listed link inside the source": Tree(("a/b.py",), paths("link.py"), prepare=links),
    "a listed link that leads outside": Tree(
        extra=paths("link"),
        prepare=lambda folder: (folder / "link").symlink_to("/etc/hostname"),
        differs=every("the file of this machine is packed"),
    ),
    "a manifest further down": Tree((f"x/{MANIFEST}",)),
    "no module": Tree(
        ("a.py",), init=False, differs={"4.2": "5.0 wants an __init__ too: it cannot be enabled"}
    ),
    "a compiled module": Tree(("__init__.pyd",), init=False),
    "the module is excluded": Tree(
        extra=patterns("__init__.py"), differs={"4.2": "5.0 wants an __init__ in the package"}
    ),
    "a reserved table": Tree(extra="[build.generated]\nplatforms = ['linux-x64']\n"),
    "[build] is a number": Tree(extra="build = 3\n"),
    "a manifest with an error": Tree(extra="website = ''\n"),
    "wheels": Tree((*WHEELS, *wheel("any", name="unlisted")), wheels_line(WHEELS)),
    "wheels that patterns exclude": Tree(WHEELS, wheels_line(WHEELS[:2]) + patterns("wheels/")),
    "a wheel with a slash in front": Tree(
        WHEELS, f"wheels = ['/{WHEELS[4]}']\n", differs=every("the wheel is packed twice")
    ),
    "a wheel that is listed twice": Tree(
        WHEELS, wheels_line([WHEELS[4]] * 2), differs=every("the wheel is packed twice")
    ),
    "a wheel that is missing": Tree(WHEELS[:1], wheels_line(WHEELS)),
    "wheels and paths": Tree(
        WHEELS, wheels_line(WHEELS) + paths(), differs=until_4_5("every wheel is packed twice")
    ),
    "a wheel that is listed twice, and paths": Tree(
        WHEELS, wheels_line([WHEELS[4]] * 2) + paths()
    ),
    "a wheel in paths": Tree(WHEELS, wheels_line(WHEELS) + paths(WHEELS[0])),
    "split": Tree((*WHEELS, *wheel("any", name="unlisted"), *MANY[:8]), SPLIT, split=True),
    "split without wheels": Tree(extra=PLATFORMS, split=True),
    "split without platforms": Tree(WHEELS, wheels_line(WHEELS), split=True),
    "split with a platform twice": Tree(extra="platforms = ['macos-x64', 'macos-x64']\n", split=True),
    "split with a platform of one's own": Tree(
        WHEELS, f"platforms = ['macos-x86_64', 'amiga']\n{wheels_line(WHEELS)}", split=True
    ),
    "split without a wheel that fits nowhere": Tree(
        WHEELS[:1], f"platforms = ['windows-x64']\n{wheels_line(WHEELS[:3])}", split=True
    ),
    "split with patterns": Tree(WHEELS, SPLIT + patterns("*.whl"), split=True),
    "split with dotted keys": Tree(
        WHEELS, SPLIT + "build.paths_exclude_pattern = ['.*']\n", split=True
    ),
    "split with an inline table": Tree(
        WHEELS,
        SPLIT + "build = {paths_exclude_pattern = ['.*']}\n",
        split=True,
        differs=every("a second [build] makes the manifest unreadable"),
    ),
    "split with paths": Tree(
        WHEELS,
        SPLIT + paths(),
        split=True,
        differs=every("the tool crashes") | until_4_5("each package has all wheels"),
    ),
}  # fmt: skip


def packages_in(folder: Path) -> Packages:
    found: Packages = {}
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            members = found.setdefault(path.name, {})
            for info in archive.infolist():
                members.setdefault(info.filename, []).append(archive.read(info))
    return found


def with_parsed_manifests(packages: Packages) -> dict[str, dict[str, object]]:
    """Compare a split manifest by its values: Blender writes other comments."""
    parsed: dict[str, dict[str, object]] = {}
    for name, members in packages.items():
        parsed[name] = dict(members)
        try:
            table = tomllib.loads(members[MANIFEST][0].decode())
        except tomllib.TOMLDecodeError:
            continue
        # An empty list of wheels has no meaning in a package without wheels.
        generated = table.get("build", {}).get("generated", {})
        if generated.get("wheels") == [] and "wheels" not in table:
            del generated["wheels"]
        parsed[name][MANIFEST] = table
    return parsed


def ours(source: Path, folder: Path, tree: Tree) -> Packages:
    try:
        build(source, output_dir=folder, split_platforms=tree.split, like_blender=True)
    except InvalidInput:
        assert list(folder.iterdir()) == []
    return packages_in(folder)


def theirs(version: str, source: Path, folder: Path, tree: Tree) -> Packages:
    split = ["--split-platforms"] if tree.split else []
    done = blender_cli(version, "build", "--source-dir", source, "--output-dir", folder, *split)
    assert (done.returncode == 0) == bool(list(folder.glob("*.zip")))
    return packages_in(folder)


#: Each tree with all Blenders if some of them differ from us, else with the oldest or the newest.
BUILDS = [
    (name, version)
    for name, tree in TREES.items()
    for version in (VERSIONS if 0 < len(tree.differs) < len(VERSIONS) else some_names(ENDS, 1))
]


@pytest.mark.parametrize(("name", "version"), BUILDS)
def test_a_package_has_the_files_that_blender_packs(
    name: str, version: str, tmp_path: Path
) -> None:
    require_part(f"blender-{version}")
    tree = TREES[name]
    source = make_source(tmp_path / "source", *tree.files, extra=tree.extra, init=tree.init)
    if tree.prepare:
        tree.prepare(source)
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()

    made = with_parsed_manifests(ours(source, tmp_path / "ours", tree))
    expected = with_parsed_manifests(theirs(version, source, tmp_path / "theirs", tree))

    if version in tree.differs:
        assert made != expected, f"no difference any more: {tree.differs[version]}"
    else:
        assert made == expected
