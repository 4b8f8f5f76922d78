"""No large file is packed twice: a zip stores each copy."""

from __future__ import annotations

import hashlib

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.files import format_size
from extery.rules.context import RuleContext
from extery.rules.file_kinds import is_wheel
from extery.rules.rule import CHECKS, Input, Rule

#: Four times the size of a typical package. Copies of small files, such as licences and icons, are usual.
MIN_BYTES = 250_000
_BLOCK = 1 << 20


def check(context: RuleContext, problems: ProblemList) -> None:
    by_size: dict[int, list[str]] = {}
    for name in context.names:
        if not is_wheel(name) and (size := context.info(name).size) >= MIN_BYTES:
            by_size.setdefault(size, []).append(name)
    for size, names in by_size.items():
        if len(names) < 2:
            continue
        groups: dict[bytes, list[str]] = {}
        for name in names:
            groups.setdefault(_identity(context, name), []).append(name)
        for first, *copies in groups.values():
            if copies:
                problems.add(
                    "file.duplicate",
                    where=context.where(copies[0]),
                    variant="several" if len(copies) > 1 else "",
                    file=copies[0],
                    other=first,
                    copies=len(copies),
                    size=format_size(size * len(copies)),
                )


RULE = Rule(
    "files.duplicates",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("file.duplicate",),
    severity="warning",
    guideline="terms-redundant",
)


def _identity(context: RuleContext, name: str) -> bytes:
    """Return what only equal files share: the checksum in an archive, the hash of a file in a folder."""
    if context.package is not None:
        return context.package.by_name[context.root + name].crc.to_bytes(4, "big")
    assert context.open_file is not None
    digest = hashlib.blake2b()
    try:
        with context.open_file(name) as stream:
            while block := stream.read(_BLOCK):
                context.checkpoint()
                digest.update(block)
    except (InvalidPackage, OSError):  # other rules report it
        return name.encode("utf-8", "surrogatepass")
    return digest.digest()
