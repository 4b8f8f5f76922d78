"""No working files of editors are packed: sources of images, backups, and leavings of merges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extery.core.errors import Problem, ProblemList
from extery.rules.context import RuleContext
from extery.rules.manifest_fix import with_patterns
from extery.rules.rule import CHECKS, Input, Rule
from extery.rules.text_search import find_words

if TYPE_CHECKING:
    from extery.rules.fixes import Fix

#: Names -> variant of the code. Only what no program reads again as part of an extension.
_KINDS = {
    "backup": re.compile(
        r".*~|.*\.(?:bak|backup|old|orig|rej|blend\d{1,2}|sw[op])|#.*#", re.IGNORECASE
    ),
    "image": re.compile(
        r".*\.(?:psd|psb|xcf|kra|ora|afphoto|afdesign|sai2?|cdr|pdn|spp)", re.IGNORECASE
    ),
}


def check(context: RuleContext, problems: ProblemList) -> None:
    found: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for name in context.names:
        for kind, pattern in _KINDS.items():
            if pattern.fullmatch(name.rpartition("/")[2]):
                found[kind].append(name)
    candidates = {name.rpartition("/")[2] for names in found.values() for name in names}
    if not candidates:
        return
    # Code that names the file reads it.
    used = find_words(context, candidates, suffixes=(".py",)) if context.open_file else set()
    for kind, names in found.items():
        names = [name for name in names if name.rpartition("/")[2] not in used]
        if names:
            problems.add(
                "file.redundant",
                where=context.where(names[0]),
                variant=f"{kind}-several" if len(names) > 1 else kind,
                file=names[0],
                more=len(names) - 1,
                pattern=_pattern(names[0]),
            )


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """Leave the files out; they may be there on purpose."""
    return with_patterns(context, problem, [str(dict(problem.values)["pattern"])])


RULE = Rule(
    "files.redundant",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("file.redundant",),
    severity="warning",
    fix=fix,
    guideline="terms-redundant",
)


def _pattern(name: str) -> str:
    """Return the pattern of a manifest that leaves such files out."""
    base = name.rpartition("/")[2]
    if base.endswith("~"):
        return "*~"
    if base.startswith("#"):
        return "#*#"
    suffix = base[base.rindex(".") :]
    return re.sub(r"(?i)(?<=\.blend)\d+", "[1-9]*", f"*{suffix}")
