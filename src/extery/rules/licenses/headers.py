"""The licences that files name by ``SPDX-License-Identifier`` can be combined with the GPL 3.0 or later."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.license_compatibility import assess
from extery.core.licenses import canonical_expression
from extery.core.text import quote_value
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule
from extery.rules.spdx_headers import Header, find_headers


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for each licence, with the first file that names it."""
    by_license: dict[str, list[Header]] = {}
    for header in find_headers(context):
        by_license.setdefault(header.text, []).append(header)
    for text, headers in by_license.items():
        expression = canonical_expression(text)
        if expression is None:
            _add("license.file-unknown", headers, context, problems, license=quote_value(text))
            continue
        assessment = assess(expression)
        if assessment.verdict == "incompatible":
            _add(
                "license.file-incompatible",
                headers,
                context,
                problems,
                license=assessment.licenses[0],
                reason=assessment.reason,
            )


RULE = Rule(
    "licenses.headers",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("license.file-incompatible", "license.file-unknown"),
    severity="warning",
    guideline="terms-license",
)


def _add(
    code: str,
    headers: list[Header],
    context: RuleContext,
    problems: ProblemList,
    **values: str,
) -> None:
    first, more = headers[0], len(headers) - 1
    where = context.where(first.file)
    problems.add(
        code,
        where=where if where.path else where._replace(line=first.line),
        variant="several" if more else "",
        file=first.file,
        more=more,
        **values,
    )
