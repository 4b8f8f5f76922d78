"""Problems as JUnit XML, which nearly every CI shows as results of tests.

The format has no specification. Elements and attributes are those of the schema with which Jenkins refuses files, junit-10.xsd
of its xUnit plugin. It knows no file and line of a test case, so the file is the class and the place is in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from extery.cli.output.outcome import Outcome, PrefixedProblem
from extery.cli.output.text import in_order
from extery.cli.terminal import printable

#: Characters that XML 1.0 cannot contain.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_document(outcome: Outcome, command: str) -> str:
    """Return a suite with a test case for each problem.

    Errors are failures, with ``--strict`` warnings too; other warnings pass and have their text as output, silenced ones
    are skipped. Without a problem there is one case that passes, because an empty suite looks like a run that failed.
    """
    cases = list(_cases(outcome))
    failures = sum(case.find("failure") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}
    more = [*outcome.suites()] if outcome.suites else []
    sums = {
        key: str(sum(int(one.get(key, 0)) for one in more) + int(counts[key])) for key in counts
    }
    root = Element("testsuites", {"name": "extery", **sums})
    suite = SubElement(
        root, "testsuite", {"name": f"extery {command}", **counts, "skipped": str(skipped)}
    )
    suite.extend(cases)
    root.extend(more)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}'


def _cases(outcome: Outcome) -> Iterator[Element]:
    problems = in_order(outcome.problems)
    if not problems:
        yield Element("testcase", {"classname": "extery", "name": _text(outcome.summary) or "ok"})
    for item in problems:
        case = _case(item)
        if item.problem.is_error or outcome.is_strict:
            message = {"message": _text(item.problem.message), "type": item.problem.severity}
            SubElement(case, "failure", message).text = _details(item)
        else:
            SubElement(case, "system-out").text = f"warning: {_details(item)}"
        yield case
    for silenced in outcome.silenced:
        case = _case(silenced.prefixed)
        SubElement(case, "skipped", {"message": _text(silenced.reason)})
        yield case


def _case(item: PrefixedProblem) -> Element:
    problem = item.problem
    name = f"{problem.code}: {_text(problem.message)}"
    return Element("testcase", {"classname": _text(item.file) or "extery", "name": name})


def _details(item: PrefixedProblem) -> str:
    place = f"{_text(item.place)}: " if item.place else ""
    hint = f"\nhint: {_text(item.problem.hint)}" if item.problem.hint else ""
    return f"{place}{_text(item.problem.message)}{hint}"


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", printable(text))
