"""Builds: `build` refuses what a Blender's `build` refuses, and packs the same files."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from extery.author.build.execute import plan_build
from extery.author.validate import check_path
from extery.core.errors import InvalidInput
from tests.blender.oracle import built
from tests.differential.manifest_inputs import mutated_build
from tests.differential.runs import Comparison, Disagreement
from tests.samples.packages import MANIFEST, XML
from tests.zips.seeds import wheel

_WHEEL = "wheels/gears-1.0-py3-none-any.whl"
_FILES = (
    *("__init__.py", "gears.py", "GEARS.txt", "theme.xml", "docs/a.md", "docs/deep/a.md", "a/b.py"),
    *("__pycache__/gears.pyc", "a/__pycache__/b.pyc", ".hidden", ".git/HEAD", "old.zip", "a/c.zip"),
    *("[z].txt", "!y.txt", "#x", "a b.txt", "Zahn\u00e4/rad.png", "x.py~"),
)


def source_folder(folder: Path) -> Path:
    """Write a source folder with all kinds of files, without a manifest."""
    for name in _FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(XML if name.endswith(".xml") else name.encode())
    path = folder / _WHEEL
    path.parent.mkdir()
    path.write_bytes(wheel())
    return folder


def inputs(seed: int) -> Iterator[bytes]:
    """Yield mutated manifests without end; each depends on the seed and its number."""
    return (mutated_build(random.Random(f"{seed}/{number}")) for number in count())


def compare(manifests: Sequence[bytes], versions: Sequence[str]) -> Iterator[Disagreement]:
    """Build one folder with each manifest."""
    with tempfile.TemporaryDirectory() as name:
        folder = source_folder(Path(name, "source"))
        ours = [_build(folder, data) for data in manifests]
        for version in versions:
            answers = built(version, manifests, folder)
            for number, (own, theirs) in enumerate(zip(ours, answers, strict=True)):
                if text := _difference(own, theirs, version):
                    yield Disagreement(number, version, text)


class _Built:
    """Our result: the members, or the codes of the errors; and which Blenders accept."""

    def __init__(self, members: list[str], codes: list[str], accepting: set[str]) -> None:
        self.members, self.codes, self.accepting = members, codes, accepting


def _build(folder: Path, data: bytes) -> _Built:
    (folder / MANIFEST).write_bytes(data)
    verdicts = check_path(folder, valid_tags={}).verdicts
    accepting = {f"{v.series[0]}.{v.series[1]}" for v in verdicts if v.accepts}
    try:
        [package] = plan_build(folder, valid_tags={}, like_blender=True).packages
    except InvalidInput as error:
        return _Built([], [p.code for p in error.problems if p.is_error], accepting)
    return _Built(sorted({member.name for member in package.members}), [], accepting)


def _difference(own: _Built, theirs: dict[str, object] | str, version: str) -> str:
    if _is_explained(own, version):
        return ""
    error = theirs if isinstance(theirs, str) else theirs.get("error")
    if bool(error) == (version in own.accepting):
        return f"Blender {error or 'accepts'}, accepted by {own.accepting}: {own.codes}"
    if error or own.codes or isinstance(theirs, str):
        return ""
    members = sorted(set(theirs["members"]))  # type: ignore[call-overload]
    return "" if members == own.members else f"Blender packs {members}, we {own.members}"


def _is_explained(own: _Built, version: str) -> bool:
    """Return whether a Blender packs what Extery refuses on purpose.

    All pack ``..`` as a path, which is the folder around the source. Those before 5.0 pack an add-on whose
    ``__init__.py`` is excluded, which cannot be enabled.
    """
    is_old = version in ("4.2", "4.5")
    return "build.path-outside" in own.codes or (is_old and "package.init-missing" in own.codes)


COMPARISON = Comparison("builds", ".toml", inputs, compare, batch=200)
