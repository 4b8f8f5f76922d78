"""Outcomes as one JSON document, described in docs/reference/output.md.

The members of one command are the ``data`` of its `Outcome`, from its module in `extery.cli.commands`; a problem is
`extery.core.errors.Problem.as_dict`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from extery.cli.output.outcome import JSON_VERSION, Outcome, PrefixedProblem
from extery.cli.output.summary import counts

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_document(outcome: Outcome, command: str) -> str:
    """Return the document of an outcome."""
    errors, warnings = counts(outcome)
    document = {
        "version": JSON_VERSION,
        "command": command,
        "ok": outcome.ok,
        **outcome.data,
        "counts": {"errors": errors, "warnings": warnings, "silenced": len(outcome.silenced)},
        "problems": [_problem(item) for item in outcome.problems],
        "silenced": [
            _problem(item.prefixed) | {"reason": item.reason} for item in outcome.silenced
        ],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    # Bytes of a path that are not UTF-8 are surrogates, which only an escape can express.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _problem(item: PrefixedProblem) -> dict[str, Any]:
    data = item.problem.as_dict()
    if item.file:
        data["file"] = item.file.encode("utf-8", "backslashreplace").decode("utf-8")
    if item.fix is not None:
        data["fix"] = item.fix or None
    return data | {"fingerprint": item.problem.fingerprint}
