"""Problems as SARIF 2.1.0, the format of code scanning services and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from extery import __version__
from extery.cli.output.outcome import Outcome, PrefixedProblem
from extery.cli.output.text import in_order
from extery.core.codes.explanation import explain

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
#: Name of the fingerprints; the number changes with the way they are computed.
FINGERPRINT = "extery/v1"


def sarif_document(outcome: Outcome) -> str:
    """Return a log with one run; silenced warnings are results with a suppression."""
    reasons = {id(item.prefixed): item.reason for item in outcome.silenced}
    results = [*in_order(outcome.problems), *(item.prefixed for item in outcome.silenced)]
    rules = sorted({item.problem.code for item in results})
    numbers = {code: number for number, code in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "Extery",
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(item, numbers[item.problem.code], reasons.get(id(item))) for item in results
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _rule(code: str) -> dict[str, Any]:
    from extery.rules.documentation import EXAMPLE_TITLES, examples_of, guideline_of

    explained = explain(code)
    guideline = guideline_of(code)
    text, markdown = explained.why, explained.why
    if guideline is not None:
        text += f" Guideline: {guideline} ({guideline.url})."
        markdown += f"\n\nGuideline: [{guideline}]({guideline.url})"
    for title, example in zip(EXAMPLE_TITLES, examples_of(code), strict=True):
        if example:
            markdown += f"\n\n{title}:\n\n{_fenced(example)}"
    see = f"See: extery explain {code}"
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": f"{explained.title}."},
        "fullDescription": {"text": explained.why},
        "help": {"text": f"{text} {see}", "markdown": f"{markdown}\n\n{see.replace(': ', ': `')}`"},
        "defaultConfiguration": {"level": explained.severity},
        "properties": {"tags": [code.partition(".")[0]]},
    }
    if guideline is not None:
        rule["helpUri"] = guideline.url
    return rule


def _fenced(text: str) -> str:
    """Return a text as a block of code; the fence is longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text}\n{fence}"


def _result(item: PrefixedProblem, rule: int, reason: str | None) -> dict[str, Any]:
    data = item.problem.as_dict()  # without unpaired surrogates
    text = data["message"] + (f"\nhint: {data['hint']}" if data["hint"] else "")
    result: dict[str, Any] = {
        "ruleId": item.problem.code,
        "ruleIndex": rule,
        "level": item.problem.severity,
        "message": {"text": text},
        "partialFingerprints": {FINGERPRINT: item.problem.fingerprint},
    }
    if item.file:
        result["locations"] = [_location(item, data["field"])]
    if reason is not None:
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result


def _location(item: PrefixedProblem, field: str | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(item.file)}}
    where = item.problem.where
    if where.line is not None:
        region = {"startLine": where.line}
        if where.column is not None:
            region["startColumn"] = where.column
        place["region"] = region
    location: dict[str, Any] = {"physicalLocation": place}
    if field:
        location["logicalLocations"] = [{"fullyQualifiedName": field}]
    return location


def _uri(file: str) -> str:
    if "://" in file:
        return quote(file.encode("utf-8", "backslashreplace"), safe=":/?#[]@!$&'()*+,;=%")
    path = file.replace("\\", "/")
    if Path(file).is_absolute():
        return f"file://{'' if path.startswith('/') else '/'}{_quoted(path)}"
    return _quoted(path)


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "backslashreplace"))
