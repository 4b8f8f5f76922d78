"""No file is a Git LFS pointer: the text that Git keeps in place of a large file that was not downloaded."""

from __future__ import annotations

import posixpath

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.types import THEME
from extery.manifest.document import MANIFEST_FILENAME
from extery.rules.context import RuleContext
from extery.rules.file_kinds import LFS_START, listed_wheels
from extery.rules.rule import FILES, Input, Rule

#: Two lines with a hash take this many bytes, and each extension, which hardly anyone uses, 90 more. Repositories check
#: thousands of packages, so few files are read.
_MIN_BYTES, _MAX_BYTES = 120, 400


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    pointers = [name for name in _candidates(context) if _is_pointer(context, name)]
    if not pointers:
        return
    # Those of wheels and of a theme's own file are errors of their own.
    reported = set(THEME.main_files(pointers)) if context.type == THEME.name else set()
    wheels = listed_wheels(context)
    pointers = [
        name for name in pointers if name not in reported and posixpath.normpath(name) not in wheels
    ]
    if pointers:
        problems.add(
            "file.lfs-pointer",
            where=context.where(pointers[0]),
            variant="several" if len(pointers) > 1 else "",
            file=pointers[0],
            more=len(pointers) - 1,
        )


RULE = Rule(
    "package.lfs-pointers",
    check,
    scopes=FILES,
    input=Input.FILES,
    codes=("file.lfs-pointer",),
    severity="warning",
)


def _candidates(context: RuleContext) -> list[str]:
    """Return the files with the size of a pointer."""
    if not context.members:
        return [n for n in context.names if _MIN_BYTES <= context.info(n).size <= _MAX_BYTES]
    root = context.root
    # A manifest that has been read is none, and so is read only once.
    manifest = root + MANIFEST_FILENAME if context.table is not None else ""
    return [
        member.name[len(root) :]
        for member in context.members
        if _MIN_BYTES <= member.size <= _MAX_BYTES
        and member.name.startswith(root)
        and member.name != manifest
    ]


def _is_pointer(context: RuleContext, name: str) -> bool:
    try:
        if context.package is not None:
            # Unpacked as a whole, so that its checksum is not computed again later.
            member = context.package.by_name[context.root + name]
            data = context.package.read(member, limit=_MAX_BYTES)
        else:
            data = context.read(name, limit=len(LFS_START))
    except InvalidPackage:  # other rules report it
        return False
    return data.startswith(LFS_START)
