"""No single file makes up most of a package: every user downloads it again with each version."""

from __future__ import annotations

import zlib

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.files import format_size
from extery.core.types import ASSET_LIBRARY
from extery.rules.context import RuleContext
from extery.rules.file_kinds import is_wheel
from extery.rules.rule import CHECKS, Input, Rule

#: A typical package has 64 KB. A file of this size takes a second more on a line of 100 Mbit/s, for every user and
#: each version, and is a twentieth of what extensions.blender.org takes.
MIN_BYTES = 10_000_000
#: Share of the package, in percent: below it, the file is not what makes the package large.
MIN_SHARE = 25
#: Bytes that are packed for an estimate.
_SAMPLE = 1 << 20


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type == ASSET_LIBRARY.name:  # its assets are what people want
        return
    sizes = {name: _added(context, name) for name in context.names}
    total = context.size or sum(sizes.values())
    for name, size in sizes.items():
        share = 100 * size // total if total and not is_wheel(name) else 0
        if size >= MIN_BYTES and share >= MIN_SHARE:
            problems.add(
                "file.large",
                where=context.where(name),
                variant="" if context.members else "folder",
                file=name,
                size=format_size(size),
                share=share,
            )


RULE = Rule(
    "files.large",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("file.large",),
    severity="warning",
    guideline="terms-redundant",
)


def _added(context: RuleContext, name: str) -> int:
    """Return what a file adds to the package in bytes; of one in a folder, the beginning tells how well it packs."""
    info = context.info(name)
    if context.members or info.size < MIN_BYTES or context.open_file is None or is_wheel(name):
        return info.packed_size or info.size
    try:
        data = context.read(name, limit=_SAMPLE)
    except InvalidPackage:  # other rules report it
        return 0
    return info.size * len(zlib.compress(data, 1)) // max(1, len(data))
