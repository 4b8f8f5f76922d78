"""No program needs an executable bit: Blender unpacks all files without it, on Linux and macOS.

An add-on that sets the bit itself, with `os.chmod`, has no problem.
"""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.file_kinds import is_library, native_format
from extery.rules.rule import FILES, Input, Rule

_EXECUTABLE = 0o111
#: Suffixes of programs. Other files with a suffix are read only if they have the bit.
_SUFFIXES = (".sh", ".bin", ".run", ".elf", ".x86_64", ".command")
#: Python starts these itself, whatever their mode.
_PYTHON_SUFFIXES = (".py", ".pyw")


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    programs = [name for name in context.names if _needs_bit(context, name)]
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


def _needs_bit(context: RuleContext, name: str) -> bool:
    """Return whether a file is a program of Linux or macOS, or a script that has the bit."""
    base = name.rpartition("/")[2]
    lower = base.lower()
    has_bit = bool(context.info(name).mode & _EXECUTABLE)
    if not has_bit and "." in base and not lower.endswith(_SUFFIXES):
        return False
    if lower.endswith(_PYTHON_SUFFIXES) or is_library(lower):
        return False
    head = context.head(name)
    if native_format(head) in ("ELF", "Mach-O"):
        return True
    return has_bit and head.startswith(b"#!") and b"python" not in head.partition(b"\n")[0]
