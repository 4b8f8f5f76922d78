"""Members are packed in a way that every unpacking tool reads, not only Blender."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.package import Member
from extery.package.streams import BZIP2, DEFLATED, LZMA, STORED
from extery.rules.context import RuleContext
from extery.rules.package.first_member import add_first

# unzip skips members that need a newer version of the format than this, that of bzip2.
_COMMON_VERSION = 46
_COMMON = (STORED, DEFLATED)
_RARE = (BZIP2, LZMA)


def check(context: RuleContext, problems: ProblemList) -> None:
    add_first(
        [member for member in context.members if member.method in _RARE and _is_open(member)],
        "package.rare-compression",
        "is packed with bzip2 or LZMA, which not every tool can unpack",
        hint="pack it again with the usual method, deflate",
        context=context,
        problems=problems,
    )
    # Methods that need the newer version have the problem above.
    newer = [member for member in context.members if member.version_needed > _COMMON_VERSION]
    add_first(
        [member for member in newer if member.method in _COMMON and _is_open(member)],
        "package.rare-compression",
        "needs a newer version of the zip format than every tool reads",
        hint="pack it again with an ordinary tool, for example 'extery build'",
        context=context,
        problems=problems,
    )


def _is_open(member: Member) -> bool:
    # Encrypted members have a problem of their own.
    return not member.is_encrypted
