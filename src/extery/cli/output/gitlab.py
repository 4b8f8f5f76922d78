"""Problems as a Code Quality report, which GitLab shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from extery.cli.output.outcome import Outcome, PrefixedProblem
from extery.cli.output.text import in_order
from extery.cli.terminal import printable

#: GitLab has info, minor, major, critical and blocker.
_SEVERITIES = {"error": "major", "warning": "minor"}
#: Every entry needs a path; this one is for problems without a file, such as those of an address.
_NO_FILE = "."


def code_quality_report(outcome: Outcome) -> str:
    """Return a list with an entry for each problem; silenced warnings are left out."""
    seen: Counter[str] = Counter()
    entries = []
    for item in in_order(outcome.problems):
        fingerprint = item.problem.fingerprint
        number = seen[fingerprint]
        seen[fingerprint] += 1
        # Of entries with one fingerprint GitLab shows the first.
        entries.append(_entry(item, f"{fingerprint}-{number}" if number else fingerprint))
    return json.dumps(entries, indent=2, ensure_ascii=False)


def _entry(item: PrefixedProblem, fingerprint: str) -> dict[str, Any]:
    problem = item.problem
    text = printable(problem.message)
    if problem.hint:
        text += f" (hint: {printable(problem.hint)})"
    return {
        "description": text,
        "check_name": problem.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[problem.severity],
        "location": {
            "path": printable(item.file.replace("\\", "/").removeprefix("./")) or _NO_FILE,
            "lines": {"begin": problem.where.line or 1},
        },
    }
