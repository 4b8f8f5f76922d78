"""The problems of packages with these wheels."""

from __future__ import annotations

import io

from extery.core.errors import Problem
from extery.rules.engine import Scope, check_package
from tests.samples.packages import with_wheels

WIN, LINUX = "win_amd64", "manylinux_2_17_x86_64"


def problems_of(data: bytes, *, scope: Scope = Scope.PACKAGE) -> list[Problem]:
    return list(check_package(io.BytesIO(data), name="gears.zip", scope=scope).problems)


def wheel_problems(*names: str, extra: str = "", more: tuple[str, ...] = ()) -> list[Problem]:
    data = with_wheels(*(f"{name}.whl" for name in names), extra=extra, more=more)
    found = problems_of(data)
    # What harms users is reported to the owners of repositories, and after an upload, with the same words.
    for scope in (Scope.REPOSITORY, Scope.UPLOAD):
        others = problems_of(data, scope=scope)
        assert [p for p in others if p.code.startswith("wheel.")] == [
            p for p in found if p.code.startswith("wheel.")
        ]
    return found


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]
