"""Problems from the findings of `extery.compatibility`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from extery.core.errors import ProblemList

if TYPE_CHECKING:
    from extery.compatibility.findings import Finding, Kind
    from extery.rules.context import RuleContext


def report_findings(
    context: RuleContext,
    findings: Iterable[Finding],
    problems: ProblemList,
    *,
    kind: Kind,
    grouped: bool,
) -> None:
    """Add a problem for each finding of a kind; if ``grouped``, one for all uses of a name, at the first of them."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        if finding.kind == kind:
            key: tuple[str, ...] = (finding.reason, finding.name, finding.detail)
            if not grouped:
                key += (finding.path, str(finding.at))
            groups.setdefault(key, []).append(finding)
    for first, *others in groups.values():
        problems.add(
            f"compatibility.{kind}",
            where=context.line(first.path, first.at),
            variant=_variant(first) if kind == "incompatible" else "",
            name=first.name,
            detail=first.detail,
            version=first.version,
            tuple=", ".join([*first.version.split("."), "0"]),
            replacement=first.replacement,
            more=_more(len(others)),
        )


def _variant(finding: Finding) -> str:
    variant = {"gone": "never" if finding.is_older else ""}.get(finding.reason, finding.reason)
    if finding.replacement and finding.reason in ("gone", "argument", "value"):
        return f"{variant or 'gone'}-replaced"
    return variant


def _more(number: int) -> str:
    if not number:
        return ""
    return f" ({number} more {'use' if number == 1 else 'uses'})"
