"""Libraries that code imports and a ``requirements.txt`` names are wheels of the manifest.

Blender installs wheels and never reads a ``requirements.txt``. Only imports that nothing guards count: an import in a
`try` or a function may be on purpose.
"""

from __future__ import annotations

import re

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.library_modules import MODULES
from extery.core.shipped_libraries import is_shipped_in, shipped_versions
from extery.core.types import ADD_ON
from extery.rules.blender_modules import BLENDER_MODULES
from extery.rules.bundled_wheels import range_of
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_FILE = "requirements.txt"
_MAX_BYTES = 64_000
#: Characters of a line that are read: a pattern may try each pair of blanks.
_MAX_LINE = 300
#: Maximum size of one module, and of all that are read.
_MAX_MODULE = 1 << 20
_MAX_TOTAL = 16 << 20
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@#].*)?$")
_IMPORT = re.compile(rb"^(?:import|from)[ \t]+([A-Za-z_][A-Za-z0-9_]*)", re.MULTILINE)


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type != ADD_ON.name or _FILE not in context.names or context.open_file is None:
        return
    data = context.read(_FILE, limit=_MAX_BYTES)
    # Redirections of PowerShell write UTF-16, which pip reads as well.
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    lines = data.decode(encoding, "replace").splitlines()
    wanted = {module: name for name in _names(lines) if (module := _module_of(name, context))}
    imported = _imported(context, set(wanted)) if wanted else {}
    if not imported:
        return
    module = min(imported)
    number = next(
        number for number, line in enumerate(lines, 1) if _name_of(line) == wanted[module]
    )
    where = context.where(_FILE)
    problems.add(
        "file.requirements",
        where=where._replace(line=number) if not where.path else where,
        variant="several" if len(imported) > 1 else "",
        name=wanted[module],
        module=imported[module],
        more=len(imported) - 1,
    )


RULE = Rule(
    "files.requirements",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("file.requirements",),
    severity="warning",
    guideline="review-dependencies",
)


def _names(lines: list[str]) -> list[str]:
    return [name for line in lines if (name := _name_of(line))]


def _name_of(line: str) -> str:
    match = _REQUIREMENT.match(line[:_MAX_LINE].strip())
    return match[1] if match else ""


def _module_of(name: str, context: RuleContext) -> str:
    """Return the module of a requirement, or nothing if Blender has it, a wheel does, or the add-on contains it."""
    normal = re.sub(r"[-_.]+", "_", name).lower()
    module = MODULES.get(normal, normal)
    if module in BLENDER_MODULES or _has_blender(normal, context):
        return ""
    for _, wheel in context.wheels():
        library = wheel.rpartition("/")[2].partition("-")[0]
        if re.sub(r"[-_.]+", "_", library).lower() == normal:
            return ""
    steps = {step.partition(".")[0] for path in context.names for step in path.split("/")}
    return "" if module in steps else module


def _has_blender(name: str, context: RuleContext) -> bool:
    """Return whether all Blenders of the manifest ship a library; without valid versions, any of them."""
    library, range_ = name.replace("_", "-"), range_of(context)
    return is_shipped_in(library, range_) if range_ else bool(shipped_versions(library))


def _imported(context: RuleContext, modules: set[str]) -> dict[str, str]:
    """Return the modules that are imported at the start of a line, each with the first file that does."""
    found: dict[str, str] = {}
    rest = _MAX_TOTAL
    for name in context.names:
        if not name.endswith(".py") or rest <= 0:
            continue
        context.checkpoint()
        try:
            data = context.read(name, limit=min(_MAX_MODULE, rest))
        except InvalidPackage:  # other rules report it
            continue
        rest -= len(data)
        for module in {match.decode() for match in _IMPORT.findall(data)} & modules:
            found.setdefault(module, name)
    return found
