"""What ``extery manage check``, and every other command of Django, says about the YARA rules of the site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from extery.core.errors import Problem, Unavailable


@checks.register
def check_yara_rules(**_: Any) -> list[checks.CheckMessage]:
    """Warn of files of rules that are not used. Commands go on: they may be the cure."""
    if settings.EXTERY_YARA_RULES is None:
        return []
    from extery_site.scanning.yara_rules import load_rules

    try:
        faults = load_rules(settings.EXTERY_YARA_RULES).faults
    except Unavailable as error:
        return [_message(problem) for problem in error.problems]
    return [_message(problem) for problem in faults]


def _message(problem: Problem) -> checks.CheckMessage:
    where = f"YARA rules: {problem.where}: " if problem.where.line or problem.where.file else ""
    return checks.Warning(
        f"{where}{problem.message}", hint=problem.hint, id=f"extery.{problem.code}"
    )
