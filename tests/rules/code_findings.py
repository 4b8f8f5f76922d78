"""Runs the rules about code on modules of an add-on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from textwrap import dedent
from typing import Any, BinaryIO

from extery.analysis.module import analyze
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.profiles import Profile
from extery.rules.rule import Scope
from extery.rules.run import run_rules
from extery.rules.sources import Sources

REGISTERS = "def register(): ...\ndef unregister(): ...\n"


def findings(files: dict[str, str], **table: Any) -> list[tuple[str, str]]:
    """Return code and place of the problems of an add-on with these modules."""
    files = {"__init__.py": REGISTERS, **{name: dedent(text) for name, text in files.items()}}

    @contextmanager
    def open_file(name: str) -> Iterator[BinaryIO]:
        yield BytesIO(files[name].encode())

    context = RuleContext(
        "source",
        names=list(files),
        open_file=open_file,
        table={"type": "add-on", "id": "gear_tool", "blender_version_min": "4.2.0", **table},
        profile=Profile.BLENDER_ORG,
    )
    pythons = [(3, 11), (3, 13)]
    modules = [analyze(n, t.encode(), pythons) for n, t in files.items() if n.endswith(".py")]
    # In this process: `tests/analysis` runs the other ones.
    context.__dict__["sources"] = Sources(modules, ["3.11", "3.13"], "gear_tool")
    problems = ProblemList()
    run_rules(Scope.CHECK, context, problems)
    return [(problem.code, str(problem.where)) for problem in problems]


def codes(source: str, **table: Any) -> set[str]:
    """Return the codes for a module that `__init__.py` imports."""
    files = {"__init__.py": f"from . import gears\n{REGISTERS}", "gears.py": source}
    permissions = {"files": "x", "network": "x", "clipboard": "x"}
    found = findings(files, **{"permissions": permissions, **table})
    return {code for code, _ in found} - {"code.unused-permission"}
