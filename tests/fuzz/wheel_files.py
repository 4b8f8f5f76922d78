"""Names of the files in a wheel, one per line after the wheel's own name, in a package that lists it."""

from __future__ import annotations

import io
import random

from extery.rules.engine import check_package
from tests.fuzz.judge import check_problems
from tests.fuzz.mutate import mutated
from tests.manifest.mutations import GOOD, WHEELS, quoted, toml
from tests.samples.packages import MANIFEST
from tests.zips.seeds import zipped

_NAME = b"gears-1.0-py3-none-any.whl"
_FILES = (b"gears/__init__.py", b"gears-1.0.dist-info/METADATA", b"gears-1.0.dist-info/WHEEL", b"gears-1.0.dist-info/RECORD")  # fmt: skip
SEEDS = (
    b"\n".join((_NAME, *_FILES)),
    b"\n".join((b"big_gears-1.0+local.1-py3-none-any.whl", b"big_gears-1.0+local.1.dist-info/RECORD")),
    b"\n".join((_NAME, *_FILES, b"gears-1.0.data/purelib/gears/a.py", b"gears-1.0.data/scripts/x")),
    b"\n".join((_NAME, *_FILES, b"other-2.0.dist-info/METADATA")),
)  # fmt: skip
TOKENS = (
    *_FILES, b"-", b".", b"_", b"+", b"/", b"\n", b".dist-info/", b".data/purelib/", b".data/platlib/", b"RECORD", b"record", b"METADATA", b"-info/RECORD", b"1.0", b"1!2.0", b"1.0.post1", b"v1", b"9" * 5_000, b"GEARS", "\u00e9".encode(), "e\u0301".encode(), "\u0131".encode(), b"../", b"\\", b"con",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    data = mutated(source, SEEDS, TOKENS, most=4)
    if source.random() < 0.2:
        _, _, rest = data.partition(b"\n")
        data = source.choice(WHEELS).encode() + b"\n" + rest
    return data


def target(data: bytes) -> None:
    name, *files = data.decode("utf-8", "replace").split("\n")
    inner = zipped({file: b"" for file in files[:200] if 0 < len(file.encode()) < 60_000})
    manifest = toml({**GOOD, "wheels": f"[{quoted(f'./wheels/{name}')}]"})
    path = f"wheels/{name}"[:1_000]
    package = zipped({MANIFEST: manifest, "__init__.py": b"", path: inner})
    report = check_package(io.BytesIO(package), name="gears.zip")
    check_problems(report.problems)
    assert not any(problem.code == "package.unexpected" for problem in report.problems)
