"""The problems of the files of a package or of a folder."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from extery.author.validate import check_folder
from extery.core.errors import Problem
from extery.rules.checks import Checks
from extery.rules.engine import check_package
from extery.rules.profiles import Profile

ELF = b"\x7fELF\x02\x01\x01" + bytes(64)
PE = b"MZ" + bytes(58) + struct.pack("<L", 64) + b"PE\0\0" + bytes(64)
MACH_O = b"\xcf\xfa\xed\xfe" + bytes(64)
#: Areas whose rules do not judge the files of these packages.
OTHERS = ("code", "license", "metadata")


def checked(data: bytes, *, profile: Profile = Profile.BLENDER_ORG) -> list[Problem]:
    problems = check_package(io.BytesIO(data), name="gears.zip", checks=Checks(profile)).problems
    return [problem for problem in problems if problem.code.partition(".")[0] not in OTHERS]


def codes(data: bytes, *, profile: Profile = Profile.BLENDER_ORG) -> list[str]:
    return [problem.code for problem in checked(data, profile=profile)]


def in_folder(folder: Path, *, profile: Profile | None = Profile.BLENDER_ORG) -> list[Problem]:
    problems = check_folder(folder, checks=Checks(profile) if profile else None).problems
    return [problem for problem in problems if problem.code.partition(".")[0] not in OTHERS]


def write(folder: Path, name: str, data: bytes, mode: int = 0o644) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
