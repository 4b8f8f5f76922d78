"""Every wheel that the manifest lists exists."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from extery.core.errors import Problem, ProblemList
from extery.rules.context import RuleContext
from extery.rules.manifest_fix import with_change
from extery.rules.rule import FILES, Input, Rule

if TYPE_CHECKING:
    from extery.rules.fixes import Fix


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for all missing wheels: usually all were forgotten, or all moved."""
    listed = [
        (index, wheel)
        for index, wheel in context.wheels()
        if context.required_wheels is None or wheel in context.required_wheels
    ]
    if not listed:
        return
    present = {posixpath.normpath(name) for name in context.names}
    missing = [item for item in listed if posixpath.normpath(item[1].lstrip("/")) not in present]
    if missing:
        _add_missing(missing, context, problems, total=len(listed))


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """Correct the paths of wheels that are elsewhere in the folder, if each is there once."""
    from extery.manifest import edit  # needed only for this

    present: dict[str, list[str]] = {}
    for name in context.names:
        present.setdefault(name.rpartition("/")[2], []).append(name)
    names = set(context.names)
    moved = {
        index: f"./{places[0]}"
        for index, wheel in context.wheels()
        if posixpath.normpath(wheel.lstrip("/")) not in names
        and len(places := present.get(wheel.rpartition("/")[2], [])) == 1
    }

    def change(text: str) -> str:
        for index, path in moved.items():
            text = edit.set_value(text, ("wheels", index), path)
        return text

    return with_change(problem, change, is_safe=True) if moved else None


RULE = Rule(
    "wheels.missing",
    check,
    scopes=FILES,
    input=Input.MANIFEST,
    codes=("package.wheel-missing",),
    fix=fix,
)


def _add_missing(
    missing: list[tuple[int, str]], context: RuleContext, problems: ProblemList, *, total: int
) -> None:
    from extery.rules.pip_command import pip_download  # rarely needed

    index, first = missing[0]
    file = first.rpartition("/")[2]
    elsewhere = sorted(name for name in context.names if name.rpartition("/")[2] == file)
    download = None if elsewhere else pip_download(wheel for _, wheel in missing)
    if elsewhere:
        hint = "moved"
    elif download is None:
        hint = "unknown"
    else:
        hint = "download" if download.wheels == len(missing) else "download-some"
    problems.add(
        "package.wheel-missing",
        where=context.locate(("wheels", index)),
        variant=f"{'several' if len(missing) > 1 else 'one'}-{hint}",
        wheel=first,
        missing=len(missing),
        total=total,
        elsewhere=elsewhere[0] if elsewhere else "",
        command=download.command if download else "",
        others=len(missing) - (download.wheels if download else 0),
    )
