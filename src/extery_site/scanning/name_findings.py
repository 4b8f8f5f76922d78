"""What an add-on uses of Blender's API that a Blender of its range does not have, as JSON. Imports no Django: it is isolated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from extery.analysis.pool import UPLOAD_LIMITS
from extery.compatibility.findings import Finding
from extery.core.errors import ProblemList
from extery.core.versions import BlenderSeries, format_series
from extery.rules.api_findings import report_findings
from extery.rules.context import RuleContext

#: Names with a finding, places of one, and modules that could not be analysed, which are stored.
MAX_NAMES, MAX_PLACES, MAX_UNREAD = 100, 5, 20


def judge_context(context: RuleContext) -> dict[str, Any]:
    """Return the findings of a package as its details: those of a name together, and the Blenders that were judged."""
    context.analysis_limits = UPLOAD_LIMITS
    sources = context.sources
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sources.api_findings:
        key = (finding.kind, finding.reason, finding.name, finding.detail, finding.blenders)
        groups.setdefault(key, []).append(finding)
    unread = [one.path for one in sources.parts if one.failure or (one.faults and not one.lines)]
    # What breaks first, should there be too many.
    found = sorted(groups.values(), key=lambda group: group[0].kind != "incompatible")
    return {
        "blenders": _series(sources.blenders),
        "breaks": _series(
            {
                series
                for (kind, *_), group in groups.items()
                if kind == "incompatible"
                for series in group[0].blenders
            }
        ),
        "unread": unread[:MAX_UNREAD],
        "findings": [_group(context, group) for group in found[:MAX_NAMES]],
        "left_out": max(0, len(found) - MAX_NAMES),
    }


def _series(blenders: Iterable[BlenderSeries]) -> list[str]:
    return [format_series(one) for one in sorted(blenders)]


def _group(context: RuleContext, group: list[Finding]) -> dict[str, Any]:
    first = group[0]
    problems = ProblemList()
    report_findings(context, [first], problems, kind=first.kind, grouped=False)
    return {
        "kind": first.kind,
        "name": first.name,
        "detail": first.detail,
        "message": problems[0].message,
        "hint": problems[0].hint or "",
        "replacement": first.replacement,
        "blenders": _series(first.blenders),
        "places": [{"file": one.path, "line": one.at.line} for one in group[:MAX_PLACES]],
        "number": len(group),
    }


def read_details(value: Any) -> dict[str, Any]:
    """Return what `judge_context` returned in another process; raises one of `MALFORMED` for anything else."""
    return {
        "blenders": _read_series(value["blenders"]),
        "breaks": _read_series(value["breaks"]),
        "unread": [str(path) for path in value["unread"]],
        "findings": [_read_group(group) for group in value["findings"]],
        "left_out": int(value["left_out"]),
    }


def _read_series(texts: Any) -> list[str]:
    numbers = (text.split(".") for text in texts)
    return [format_series((int(major), int(minor))) for major, minor in numbers]


def _read_group(group: Any) -> dict[str, Any]:
    texts = ("kind", "name", "detail", "message", "hint", "replacement")
    if group["kind"] not in {"incompatible", "deprecated", "experimental"}:
        raise ValueError(group["kind"])
    return {
        **{name: str(group[name]) for name in texts},
        "blenders": _read_series(group["blenders"]),
        "places": [
            {"file": str(place["file"]), "line": int(place["line"])} for place in group["places"]
        ],
        "number": int(group["number"]),
    }
