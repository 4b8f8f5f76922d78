"""Every module is imported by another one, or it need not be packed."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from extery.analysis.facts import ModuleFacts
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    sources = context.sources
    own = sources.parts
    if (
        "__init__.py" not in sources.by_path
        or any(one.failure or one.faults for one in own)
        or _imports_dynamically(own)
    ):
        return
    left = [
        one
        for one in own
        if one.path not in sources.reached and not _is_known_elsewhere(one, sources.modules)
    ]
    if left:
        problems.add(
            "code.unused-module",
            where=context.where(left[0].path),
            variant="several" if len(left) > 1 else "",
            file=left[0].path,
            more=len(left) - 1,
        )


def _imports_dynamically(modules: Sequence[ModuleFacts]) -> bool:
    """Return whether modules may be imported by names that only a run knows."""
    return any(
        call.name
        in ("importlib.import_module", "builtins.__import__", "builtins.exec", "runpy.run_path")
        or call.name.startswith(("pkgutil.", "importlib.util."))
        for module in modules
        for call in module.calls
    )


def _is_known_elsewhere(module: ModuleFacts, modules: Sequence[ModuleFacts]) -> bool:
    """Return whether a text names the file: programs are started, and scripts are run in the background."""
    file = posixpath.basename(module.path)
    stem = file.removesuffix(".py")
    return (
        file == "__init__.py"
        or any(
            text.kind in ("str", "f-string") and (file in text.text or stem == text.text)
            for other in modules
            for call in other.calls
            for value in (*call.arguments, *(v for _, v in call.keywords))
            for text in (value, *value.items)
        )
        or any(
            file in one.value.text or stem in [item.text for item in one.value.items]
            for other in modules
            for one in other.assignments
        )
    )


RULE = Rule(
    "code.unused-module",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.unused-module",),
    severity="warning",
    guideline="terms-redundant",
)
