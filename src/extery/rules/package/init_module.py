"""An add-on has an ``__init__.py`` beside its manifest."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.types import ADD_ON
from extery.rules.context import RuleContext


def check(contents: RuleContext, problems: ProblemList) -> None:
    if contents.type != ADD_ON.name or ADD_ON.main_files(contents.names):
        return
    below = sorted(name for name in contents.names if name.endswith("/__init__.py"))
    if below and below[0].count("/") == 1:
        folder = below[0].rpartition("/")[0]
        hint = f"there is one in {folder}/: move the manifest there, or the files up beside it"
    else:
        hint = "add the file, with register() and unregister() in it"
    problems.add(
        "package.init-missing",
        "an add-on needs an __init__.py beside its manifest",
        hint=hint,
        where=contents.where("__init__.py"),
    )
