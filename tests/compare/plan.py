"""The runs of each area, as calls that take a tree and return what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.compare import commands, inputs
from tests.compare.recording import Recording
from tests.compare.trees import Tree

Task = Callable[[Tree], Recording]


def build_tasks(source: Path) -> list[Task]:
    """Builds of every source folder, also split where the manifest has platforms."""
    tasks: list[Task] = []
    for folder in sorted((source / "sources").glob("*/*")):
        name = folder.relative_to(source / "sources").as_posix()
        build = partial(commands.record_build, source=name, text=name.startswith("demo/"))
        tasks.append(partial(build, split=False))
        if b"platforms" in (folder / inputs.MANIFEST).read_bytes():
            tasks.append(partial(build, split=True))
    return tasks


def validate_tasks(folder: Path) -> list[Task]:
    """Validations of manifests, source folders and packages; also with Blender's rules only."""
    groups: dict[str, list[str]] = {}
    for pattern in ("manifests/*/*.toml", "sources/*/*", "repositories/*/*.zip"):
        for path in sorted(folder.glob(pattern)):
            inside = path.relative_to(folder)
            groups.setdefault(inside.parent.as_posix(), []).append(inside.as_posix())
    return [
        partial(commands.record_validate, group=group, paths=paths, options=options)
        for group, paths in groups.items()
        for options in ((), ("--like-blender",))
    ]


def generate_tasks(corpus: Path) -> list[Task]:
    """Runs of ``server-generate`` with all options, and checks of real listings."""
    repositories = [
        partial(commands.record_repository, group=group, variant=variant, options=options)
        for group in ("demo", "corpus", "samples")
        for variant, options in commands.variants(group)
    ]
    listings = sorted((corpus / "listings").glob("*.json"))
    checks = [partial(commands.record_check, listing=path.stem) for path in listings]
    return [*repositories, *checks]


def mirror_tasks() -> list[Task]:
    """Mirrors of what ``generate_tasks`` made."""
    filters = {"all": (), "filtered": ("--platform", "linux-x64", "--blender", "4.2")}
    return [
        partial(commands.record_mirror, group=group, variant=variant, options=options)
        for group in ("demo", "corpus")
        for variant, options in filters.items()
    ]
