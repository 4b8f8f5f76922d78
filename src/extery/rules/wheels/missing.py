"""Every wheel that the manifest lists exists."""

from __future__ import annotations

import posixpath

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import FILES, Input, Rule


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


RULE = Rule(
    "wheels.missing",
    check,
    scopes=FILES,
    input=Input.MANIFEST,
    codes=("package.wheel-missing",),
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
