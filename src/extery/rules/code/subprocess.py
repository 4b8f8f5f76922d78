"""Reviewers see which other programs an add-on starts."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_CALL = re.compile(
    r"^(subprocess\.(run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|os\.(system|popen|startfile|exec\w+|spawn\w+)|asyncio\.create_subprocess_\w+)$"
)


def check(context: RuleContext, problems: ProblemList) -> None:
    found = [
        (module, call)
        for module in context.sources.parts
        for call in module.calls
        if _CALL.match(call.name)
    ]
    if found:
        module, call = found[0]
        shell = call.keyword("shell")
        is_shell = call.name in ("os.system", "os.popen") or (
            shell is not None and shell.text == "True"
        )
        problems.add(
            "code.subprocess",
            where=context.line(module.path, call.at),
            variant="shell" if is_shell else "",
            name=call.label,
            more=len(found) - 1,
        )


RULE = Rule(
    "code.subprocess",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.subprocess",),
    severity="warning",
    guideline="terms-no-surprises",
)
