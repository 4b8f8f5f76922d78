"""Members are packed in a way that every unpacking tool supports, not only Blender."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.package import Member
from extery.package.archive import MAX_VERSION
from extery.package.streams import BZIP2, DEFLATED, LZMA, STORED
from extery.rules.context import RuleContext
from extery.rules.first_member import add_first
from extery.rules.rule import PACKAGES, Input, Rule

# unzip skips members that need a newer version of the format than that of bzip2; newer ones than that of LZMA
# are reported by another rule, since Blender cannot read them either.
_RARE_VERSIONS = range(47, MAX_VERSION + 1)
_COMMON = (STORED, DEFLATED)
_RARE = (BZIP2, LZMA)


def check(context: RuleContext, problems: ProblemList) -> None:
    members = [
        member
        for member in context.members
        if member.method in _RARE or member.version_needed in _RARE_VERSIONS
    ]
    if not members:
        return
    add_first(
        [member for member in members if member.method in _RARE and _is_readable(member)],
        "package.rare-compression",
        variant="method",
        context=context,
        problems=problems,
    )
    # bzip2 and LZMA also need a newer version, and are reported above.
    newer = [member for member in members if member.version_needed in _RARE_VERSIONS]
    add_first(
        [member for member in newer if member.method in _COMMON and _is_readable(member)],
        "package.rare-compression",
        variant="version",
        context=context,
        problems=problems,
    )


RULE = Rule(
    "package.compression",
    check,
    scopes=PACKAGES,
    input=Input.NAMES,
    codes=("package.rare-compression",),
)


def _is_readable(member: Member) -> bool:
    # Encrypted members are reported by another rule.
    return not member.is_encrypted
