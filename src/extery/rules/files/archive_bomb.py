"""No archive in an extension, at any depth and also in its wheels, unpacks to far more than its size.

Blender does not unpack them. Virus scanners and reviewers do, and an extension may. Only the directories of the archives are
read; those in an archive are unpacked for it within a budget.
"""

from __future__ import annotations

import posixpath
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.files import format_size
from extery.package import Archive, Member, open_archive
from extery.package.size_limits import Limits, unpacking_cost
from extery.rules.context import RuleContext
from extery.rules.file_kinds import listed_wheels
from extery.rules.rule import CHECKS, Input, Rule

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
#: Members of archives that are opened: there, a look at the first bytes of each would unpack all of them.
_SUFFIXES = (".zip", ".whl", ".egg", ".jar", ".pyz")
_MAX_DEPTH = 5
#: Archives in archives that are opened, and bytes that are unpacked for it, of all together.
_MAX_ARCHIVES = 2_000
_MAX_UNPACKED = 200_000_000
_MAX_PROBLEMS = 20


class _Bomb(NamedTuple):
    """An archive that is one; ``path`` is that in the file, empty for the file itself."""

    path: str
    size: int
    unpacked: int


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    listed, search, found = listed_wheels(context), _Search(), 0
    for name in context.names:
        if not context.head(name).startswith(_ZIP_STARTS):
            continue
        context.checkpoint()
        bomb = search.find(context.open_file(name))
        # Another rule reports the sizes of listed wheels.
        if bomb is None or (not bomb.path and posixpath.normpath(name) in listed):
            continue
        problems.add(
            "file.archive-bomb",
            where=context.where(name),
            variant="inside" if bomb.path else "",
            file=name,
            inner=bomb.path,
            size=format_size(bomb.size),
            unpacked=format_size(bomb.unpacked),
        )
        found += 1
        if found == _MAX_PROBLEMS:
            return


RULE = Rule(
    "files.archive-bomb", check, scopes=CHECKS, input=Input.FILES, codes=("file.archive-bomb",)
)


class _Search:
    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._archives, self._rest = _MAX_ARCHIVES, _MAX_UNPACKED

    def find(
        self, opening: AbstractContextManager[BinaryIO], path: str = "", depth: int = 1
    ) -> _Bomb | None:
        """Return the first bomb: an archive, or one in it. What cannot be opened is none; other rules report it."""
        try:
            # Directories that tools read in different ways are read too: bombs can have one.
            with (
                opening as file,
                open_archive(file, name="a.zip", problems=ProblemList()) as archive,
            ):
                if self._is_bomb(archive):
                    return _Bomb(path, archive.size, archive.unpacked_size)
                for member in archive.members if depth < _MAX_DEPTH else ():
                    if self._may_open(member):
                        inner = f"{path}/{member.name}" if path else member.name
                        if bomb := self.find(archive.open_seekable(member), inner, depth + 1):
                            return bomb
        except InvalidPackage:
            pass
        return None

    def _is_bomb(self, archive: Archive) -> bool:
        unpacked, limits = archive.unpacked_size, self._limits
        if unpacked > limits.ratio_from and unpacked > limits.ratio * archive.size:
            return True
        return unpacked > limits.unpacked or not limits.allows_cost(
            unpacking_cost(archive.members), archive.size
        )

    def _may_open(self, member: Member) -> bool:
        if not member.name.lower().endswith(_SUFFIXES) or self._archives <= 0:
            return False
        self._archives -= 1
        if not member.is_stored:
            self._rest -= member.size
        return self._rest >= 0
