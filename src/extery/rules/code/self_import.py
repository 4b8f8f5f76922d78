"""Modules import each other relatively: the name of an extension differs from user to user."""

from __future__ import annotations

import sys

from extery.analysis.facts import Position
from extery.core.errors import Problem, ProblemList
from extery.rules.blender_modules import BLENDER_MODULES
from extery.rules.context import RuleContext
from extery.rules.fixes import Edit, Fix
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    own_id = (context.table or {}).get("id")
    local = _local_modules(context)
    for module in context.sources.parts:
        # An import of several names is one statement.
        for at, imported in {one.at: one for one in module.imports}.items():
            top = imported.module.partition(".")[0]
            if imported.level or imported.is_guarded or (top != own_id and top not in local):
                continue
            problems.add(
                "code.self-import",
                where=context.line(module.path, at),
                variant="" if top == own_id else "local",
                module=imported.module,
                top=top,
            )


def _local_modules(context: RuleContext) -> set[str]:
    """Return the modules beside the manifest that an absolute import does not find."""
    changes = context.sources.calls("sys.path.append", "sys.path.insert", "sys.path.extend")
    if any(True for _ in changes):
        return set()
    wheels = {wheel.rpartition("/")[2].partition("-")[0].lower() for _, wheel in context.wheels()}
    names = {
        name.partition("/")[0].removesuffix(".py") for name in context.names if _is_module(name)
    }
    return names - wheels - BLENDER_MODULES - sys.stdlib_module_names


def _is_module(name: str) -> bool:
    folder, _, file = name.partition("/")
    return (
        not file and folder.endswith(".py") and folder != "__init__.py"
    ) or file == "__init__.py"


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """Make the import of names relative; 'import a.b' would have to be another statement."""
    path = problem.where.file.removeprefix(context.root)
    values = dict(problem.values)
    module, line, column = str(values["module"]), problem.where.line or 1, problem.where.column or 1
    inner = module if values.get("variant") == "local" else module.partition(".")[2]
    start = column + len("from ")
    place = Position(line, start, line, start + len(module) + len(" import"))
    relative = "." * (path.count("/") + 1) + inner
    edit = Edit(place, f"{relative} import", expected=f"{module} import")
    return Fix(problem, path, (edit,), is_safe=True)


RULE = Rule(
    "code.self-import",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.self-import",),
    severity="warning",
    guideline="review-names",
    fix=fix,
)
