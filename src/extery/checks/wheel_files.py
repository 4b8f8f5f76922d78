"""Every wheel that the manifest lists is there."""

from __future__ import annotations

import posixpath

from extery.checks.contents import Contents
from extery.core.errors import ProblemList


def check(contents: Contents, problems: ProblemList) -> None:
    wheels = contents.table.get("wheels")
    if not isinstance(wheels, list):
        return
    there = {posixpath.normpath(name) for name in contents.names}
    for wheel in wheels:
        if not isinstance(wheel, str) or posixpath.normpath(wheel.lstrip("/")) in there:
            continue
        file = wheel.rpartition("/")[2]
        elsewhere = sorted(
            name for name in contents.names if name.endswith(f"/{file}") or name == file
        )
        problems.add(
            "package.wheel-missing",
            f"the wheel {wheel} is not there",
            hint=f"there is {elsewhere[0]}: correct the path"
            if elsewhere
            else "download it with: pip download --only-binary=:all: --no-deps --dest wheels NAME",
            where=contents.where(wheel),
        )
