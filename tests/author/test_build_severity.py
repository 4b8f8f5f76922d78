"""What only Extery refuses is a warning in a build, and then the package is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.author.build.plan import plan_build
from extery.core import codes
from tests.samples import MANIFESTS
from tests.samples.packages import MANIFEST


def _code(name: str) -> codes.Code | None:
    return next((codes.find(code) for code in codes.all_codes() if code == name), None)


STRICTER = sorted(
    name
    for name in MANIFESTS
    if (code := _code(name)) and code.severity == "error" and code.build_severity == "warning"
)


def test_there_are_some() -> None:
    assert "manifest.name.invisible" in STRICTER


@pytest.mark.parametrize("name", STRICTER)
def test_no_build_fails_with_warnings_only(name: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(MANIFESTS[name].read_bytes())
    (tmp_path / "__init__.py").write_text("def register(): ...\n")
    plan = plan_build(tmp_path)
    assert plan.packages
    assert name in [problem.code for problem in plan.problems]
