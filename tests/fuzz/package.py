"""A package: opened, listed and checked by the rules of every scope."""

from __future__ import annotations

import io
import random
from functools import cache

from extery.core.errors import ExteryError
from extery.package import open_package
from extery.rules.engine import Scope, check_package
from tests.fuzz.judge import check_problems
from tests.fuzz.mutate import mutated
from tests.samples.packages import PACKAGES, add_on, theme
from tests.zips.mutations import mutate
from tests.zips.seeds import FILES, NAMES, wheel, zipped

_VALID = {
    "python": zipped(FILES),
    "python-folders": zipped(FILES, folders=True),
    "python-zip64": zipped(FILES, zip64=True),
    "python-streamed": zipped(FILES, streamed=True, zip64=True),
    "python-unicode": zipped(FILES | NAMES),
    "python-theme": theme(("dusk.xml", b"<bpy><Theme/><ThemeStyle/></bpy>")),
    "python-wheel": add_on(("wheels/gears-1.0-py3-none-any.whl", wheel())),
}
SEEDS = tuple(_VALID.values())
TOKENS = (
    b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08", b"\x00\x00", b"\xff\xff", b"\xff\xff\xff\xff", b"\x01\x00", b"\x75\x70", b"\x08\x00", b"\x0c\x00", b"\x0e\x00", b"\x14\x00", b"\x2d\x00", b"../", b"/", b"\\", b"\x00",
    b"blender_manifest.toml", b"__init__.py", b".whl", b"\xc3\xb6", b"e\xcc\x81",
)  # fmt: skip


@cache
def _samples() -> dict[str, bytes]:
    """Return small samples of every problem."""
    made = {name: make() for name, make in PACKAGES.items()}
    return _VALID | {name: data for name, data in made.items() if len(data) < 50_000}


def make(source: random.Random) -> bytes:
    """Return a valid package or a sample of a problem, with wrong headers or other bytes."""
    if source.random() < 0.6:
        name = source.choice(sorted(_VALID))
        return mutate(name, _VALID[name], source).data
    return mutated(source, tuple(_samples().values()), TOKENS, most=4)


def target(data: bytes) -> None:
    for scope in (Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD):
        report = check_package(io.BytesIO(data), name="gears.zip", scope=scope)
        check_problems(report.problems)
        assert not any(problem.code == "package.unexpected" for problem in report.problems), [
            str(problem) for problem in report.problems
        ]
        for verdict in report.verdicts:
            check_problems(verdict.errors)
        if report.ok:
            assert report.installable_manifest is not None
    try:
        with open_package(io.BytesIO(data)) as package:
            assert len(package.sha256) == 64
            for member in package.members:
                assert member.name
            package.verify_all()
    except ExteryError as error:
        check_problems(error.problems)
