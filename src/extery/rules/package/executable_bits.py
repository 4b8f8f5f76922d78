"""No program needs an executable bit: Blender unpacks all files without it, on Linux and macOS.

An add-on that sets the bit itself, with `os.chmod`, has no problem.
"""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.file_kinds import is_library, native_format
from extery.rules.rule import FILES, Input, Rule

_EXECUTABLE = 0o111
#: Suffixes of programs. Other files with a suffix are read only if they have the bit.
_SUFFIXES = (".sh", ".bin", ".run", ".elf", ".x86_64", ".command")
#: Texts that usually have no suffix.
_TEXTS = frozenset(
    {
        *("license", "licence", "copying", "copyright", "notice"),
        *("readme", "authors", "changelog", "makefile"),
    }
)
#: Scripts that developers start, in folders for them or with such a name beside the manifest.
_OF_DEVELOPERS = re.compile(
    r"(?:tests?|docs?|ci|\.[^/]*)/.*|(?:[^/]*[_-])?(?:build|release|package|deploy|publish|test|tests|lint|format|version)"
    r"(?:[_-][^/]*)?(?:\.\w+)?",
    re.IGNORECASE,
)
#: Of ELF, Mach-O and scripts.
_FIRST_BYTES = frozenset({b"\x7f", b"\xca", b"\xce", b"\xcf", b"\xfe", b"#"})
_KNOWN_OR_PACKED = _FIRST_BYTES | {None}
#: Python starts these itself, whatever their mode.
_PYTHON_SUFFIXES = (".py", ".pyw")


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    candidates = context.may_begin_with(_KNOWN_OR_PACKED, _candidates(context))
    programs = [name for name in candidates if _needs_bit(context, name)]
    if not programs:
        return
    from extery.rules.text_search import find_words  # few packages have programs

    if find_words(context, ["chmod"], suffixes=(".py",)):
        return
    problems.add(
        "file.executable-bit",
        where=context.where(programs[0]),
        variant="several" if len(programs) > 1 else "",
        file=programs[0],
        more=len(programs) - 1,
    )


RULE = Rule(
    "package.executable-bits",
    check,
    scopes=FILES,
    input=Input.FILES,
    codes=("file.executable-bit",),
    severity="warning",
)


def _candidates(context: RuleContext) -> list[str]:
    """Return the files that have the bit, or a name that programs have."""
    if context.members:
        root = context.root
        with_bit = {m.name[len(root) :] for m in context.members if m.mode & _EXECUTABLE}
    else:
        with_bit = {name for name in context.names if context.info(name).mode & _EXECUTABLE}
    return [name for name in context.names if name in with_bit or _may_be_program(name)]


def _may_be_program(name: str) -> bool:
    base = name.rpartition("/")[2].lower()
    return base.endswith(_SUFFIXES) if "." in base else base not in _TEXTS


def _needs_bit(context: RuleContext, name: str) -> bool:
    """Return whether a file is a program of Linux or macOS, or a script that has the bit."""
    if name.endswith(".py"):
        return False
    head = context.head(name)
    if head[:1] not in _FIRST_BYTES:
        return False
    lower = name.lower()
    if lower.endswith(_PYTHON_SUFFIXES) or is_library(lower):
        return False
    if native_format(head) in ("ELF", "Mach-O"):
        return True
    is_script = head.startswith(b"#!") and b"python" not in head.partition(b"\n")[0]
    has_bit = bool(context.info(name).mode & _EXECUTABLE)
    return is_script and has_bit and not _OF_DEVELOPERS.fullmatch(name)
