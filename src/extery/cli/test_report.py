"""The answers of Blenders as a table, as JSON and as suites of JUnit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from extery.author.testing.problems import join_names, were_tests_run
from extery.author.testing.results import OUTCOMES, AuthorTest, FileCoverage
from extery.cli.output.table import table_lines
from extery.cli.terminal import printable

if TYPE_CHECKING:
    from extery.author.testing.results import Answer

#: Lines of a traceback or of the output, and the number of these.
_MAX_DETAIL = 25
_MAX_DETAILS = 10
#: The temporary folder of a run.
_FOLDER = re.compile(
    r"[^\s\"]*extery-test-[^/\\\s]+[/\\]work[/\\](blender[/\\]extensions[/\\]user_default[/\\])?"
)

_HEADING = ("Blender", "Result", "Import", "Enable", "Disable", "Tests", "Stays behind", "Used")


def passed(answer: Answer) -> bool:
    """Return whether all steps and all tests of the author succeeded."""
    failed = any(test.outcome in ("failed", "error") for test in answer.tests)
    ran = answer.tests_status in (None, 0, 5)
    return (
        answer.is_complete and not answer.ended.limit and not answer.failures and not failed and ran
    )


def lines(answers: Mapping[str, Answer]) -> list[str]:
    """Return the table: a row for each Blender."""
    rows = []
    for name, answer in answers.items():
        used = sorted({row.permission for row in answer.observed})
        rows.append(
            (
                answer.version or name,
                "passed" if passed(answer) else "failed",
                *(_milliseconds(answer, step) for step in ("import", "enable", "disable")),
                _counts(answer),
                str(len(answer.left_overs) or "nothing") if answer.is_complete else "-",
                ", ".join(used) or "-",
            )
        )
    return table_lines(rows, heading=_HEADING)


def details(answers: Mapping[str, Answer]) -> list[str]:
    """Return the tracebacks of errors and failed tests, and the end of the output before a crash; equal ones once."""
    blenders: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, answer in answers.items():
        for title, text in _texts(answer):
            found = text.strip("\n").splitlines()[-_MAX_DETAIL:]
            names = blenders.setdefault((title, tuple(found)), [])
            if name not in names:
                names.append(name)
    lines: list[str] = []
    for (title, texts), names in list(blenders.items())[:_MAX_DETAILS]:
        lines += [printable(f"Blender {join_names(names)}: {title}")]
        lines += [f"    {printable(line)}".rstrip() for line in texts]
        lines.append("")
    if len(blenders) > _MAX_DETAILS:
        lines += [f"{len(blenders) - _MAX_DETAILS} more in the output of --json.", ""]
    return lines


def _texts(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield titles and texts."""
    for failure in answer.failures:
        if failure.text:
            yield failure.step, _FOLDER.sub("", failure.text)
    for test in answer.tests:
        if test.outcome in ("failed", "error"):
            yield test.name, test.text
    if answer.is_complete:
        if not were_tests_run(answer) and answer.ended.output:
            yield "the author's tests", answer.ended.output
        return
    if answer.trace:
        first = answer.trace.partition("\n\nExtension modules:")[0].splitlines()[:_MAX_DETAIL]
        yield f"the end in the step '{answer.last_step}'", _FOLDER.sub("", "\n".join(first))
    elif answer.ended.output:
        yield f"output before the end in the step '{answer.last_step}'", answer.ended.output


def _milliseconds(answer: Answer, step: str) -> str:
    seconds = answer.seconds.get(step)
    return "-" if seconds is None else f"{seconds * 1000:.0f} ms"


def _counts(answer: Answer) -> str:
    counts = Counter(test.outcome for test in answer.tests)
    counts["failed"] += answer.left_out.get("failed test", 0)
    texts = [f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome]]
    return ", ".join(texts) or "-"


def as_data(name: str, answer: Answer) -> dict[str, Any]:
    """Return the answer of a Blender as JSON."""
    return {
        "blender": name,
        "version": answer.version or None,
        "passed": passed(answer),
        "last_step": answer.last_step,
        "exit_status": answer.ended.status,
        "exceeded_limit": answer.ended.limit or None,
        "seconds": {**answer.seconds, "total": round(answer.ended.seconds, 3)},
        "errors": [item._asdict() for item in answer.failures],
        "left_overs": [item._asdict() for item in answer.left_overs],
        "observed": [item._asdict() for item in answer.observed],
        "tests": [item._asdict() for item in answer.tests],
        "printed_bytes": answer.ended.printed,
        "output": answer.ended.output,
    }


def merged_coverage(answers: Mapping[str, Answer]) -> dict[str, FileCoverage]:
    """Return the coverage of all Blenders together: a line is missing if it ran in none."""
    found: dict[str, FileCoverage] = {}
    for answer in answers.values():
        for file, one in answer.coverage.items():
            if file not in found:
                found[file] = one
                continue
            statements = found[file].statements | one.statements
            ran = (found[file].statements - found[file].missing) | (one.statements - one.missing)
            found[file] = FileCoverage(statements, statements - ran)
    return dict(sorted(found.items()))


def coverage_lines(coverage: Mapping[str, FileCoverage]) -> list[str]:
    """Return the table of the lines that did not run."""
    if not coverage:
        return []
    rows = [_coverage_row(file, one) for file, one in coverage.items()]
    statements = frozenset((f, n) for f, one in coverage.items() for n in one.statements)
    missing = sum(len(one.missing) for one in coverage.values())
    rows.append(("all", str(len(statements)), _percent(len(statements), missing), ""))
    return ["", *table_lines(rows, heading=("File", "Lines", "Run", "Not run"))]


def _coverage_row(file: str, one: FileCoverage) -> tuple[str, str, str, str]:
    number, missing = len(one.statements), len(one.missing)
    return file, str(number), _percent(number, missing), ", ".join(_ranges(one))


def _percent(statements: int, missing: int) -> str:
    return f"{100 * (statements - missing) // statements}%" if statements else "100%"


def _ranges(one: FileCoverage) -> Iterator[str]:
    """Yield ``3`` and ``7-9``: missing statements with none between them that ran."""
    first = last = 0
    for line in [*sorted(one.statements), 0]:
        if line in one.missing:
            first, last = first or line, line
        elif first:
            yield f"{first}" if first == last else f"{first}-{last}"
            first = 0


def coverage_data(coverage: Mapping[str, FileCoverage]) -> dict[str, Any]:
    return {
        file: {"lines": len(one.statements), "missing": sorted(one.missing)}
        for file, one in coverage.items()
    }


def suites(answers: Mapping[str, Answer]) -> Iterator[Element]:
    """Yield a suite of JUnit for each Blender with the tests of the author."""
    for name, answer in answers.items():
        if not answer.tests:
            continue
        counts = Counter(test.outcome for test in answer.tests)
        suite = Element(
            "testsuite",
            {
                "name": f"Blender {answer.version or name}",
                "tests": str(len(answer.tests)),
                "failures": str(counts["failed"]),
                "errors": str(counts["error"]),
                "skipped": str(counts["skipped"]),
            },
        )
        for test in answer.tests:
            suite.append(_case(f"Blender {answer.version or name}", test))
        yield suite


def _case(suite: str, test: AuthorTest) -> Element:
    case = Element(
        "testcase",
        {"classname": suite, "name": printable(test.name), "time": f"{test.seconds:.3f}"},
    )
    kinds = {"failed": "failure", "error": "error", "skipped": "skipped"}
    if kind := kinds.get(test.outcome):
        SubElement(case, kind, {"message": printable(test.reason)}).text = test.text
    return case
