"""Scan a package by the YARA rules of a site, in isolation, and say what follows."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, BinaryIO, NamedTuple

from extery.core.errors import InvalidPackage, Problem, Where, bounded
from extery.core.problem_limits import limit_similar
from extery.isolation.limits import Limits
from extery.package.names import quote_name
from extery_site.scanning.isolated_yara import MAX_FILES, MAX_PATH, MAX_STRINGS
from extery_site.scanning.package_check import read_isolated
from extery_site.scanning.package_members import MAX_FILES as MAX_PACKED_FILES
from extery_site.scanning.yara_rules import ACTIONS, Action, Rule, RuleName, RuleSet

#: Seconds after which a scan ends with what it has found; the limits of its process are for one that does not end.
SECONDS = 60.0
#: A file is in memory as a whole, and so are the archives around it.
_LIMITS = Limits(memory=1_500_000_000, seconds=120.0, cpu_seconds=100, output=16_000_000)
#: Rules that are kept for moderators.
MAX_RULES = 100


class FileMatch(NamedTuple):
    """A file in a package that a rule matches, and the names of the strings that were found, such as ``$a``."""

    path: str
    strings: tuple[str, ...]


class RuleMatch(NamedTuple):
    """A rule that matches; ``number`` of files, of which the first are in ``files``."""

    name: RuleName
    rule: Rule
    number: int
    files: tuple[FileMatch, ...]

    @property
    def action(self) -> Action:
        return self.rule.action


class RulesReport(NamedTuple):
    """The rules that match, the most serious first, and why some of the package was not scanned."""

    matches: tuple[RuleMatch, ...]
    unread: tuple[str, ...] = ()
    unread_number: int = 0

    @property
    def signatures(self) -> list[str]:
        """The names of the rules for a quarantine, as signatures of malware."""
        found = (match.name for match in self.matches if match.action == "quarantine")
        return [f"yara:{name}" for name in found]


def scan_by_rules(rules: RuleSet, file: BinaryIO, name: str) -> RulesReport:
    """Return which rules match the files in a package, whose file has that name. Raises `Unavailable`."""

    def read(value: Any) -> RulesReport:
        matches = [_match(rules, *one) for one in value["matches"]]
        matches.sort(key=lambda match: (ACTIONS.index(match.action), match.name))
        unread = tuple(_text(reason) for reason in value["unread"])
        return RulesReport(tuple(matches), unread, int(value["unread_number"]))

    try:
        return read_isolated(
            "yara-scan",
            file,
            name,
            read=read,
            arguments={"seconds": SECONDS},
            files={"rules": io.BytesIO(rules.compiled)},
            limits=_LIMITS,
        )
    except InvalidPackage as error:
        return RulesReport((), (error.problems[0].message,), 1)


def _match(
    rules: RuleSet, namespace: str, identifier: str, number: int, files: list[Any]
) -> RuleMatch:
    """Return the match that the isolated process has found; the rule is one of ours, whatever it says."""
    name = RuleName(namespace, identifier)
    read = [
        FileMatch(_text(path), tuple(_text(one) for one in strings[:MAX_STRINGS]))
        for path, strings in files[:MAX_FILES]
    ]
    if not read or not len(read) <= int(number) <= MAX_PACKED_FILES:
        raise ValueError("not the number of the files")
    return RuleMatch(name, rules.rules[name], int(number), tuple(read))


def _text(value: object) -> str:
    """Return a text that every database can store."""
    return bounded(str(value), MAX_PATH).encode("utf-8", "replace").decode()


def problems_of(matches: Iterable[RuleMatch], package: str) -> tuple[Problem, ...]:
    """Return the findings of a package. They do not say what the rules look for: authors read them."""
    return tuple(
        limit_similar(
            Problem.of(
                f"scan.rule-{match.action}",
                where=Where(package),
                rule=str(match.name),
                description=match.rule.description or f"the rule {match.name}",
                files=_file_names(match),
            )
            for match in matches
        )
    )


def _file_names(match: RuleMatch) -> str:
    names = ", ".join(quote_name(one.path) for one in match.files)
    more = match.number - len(match.files)
    return f"{names} and {more:,} more" if more > 0 else names


def details_of(report: RulesReport) -> list[dict[str, Any]]:
    """Return the matches as they are stored for moderators, who read which strings were found."""
    return [
        {
            "rule": str(match.name),
            "action": match.action,
            "number": match.number,
            "files": [{"path": one.path, "strings": list(one.strings)} for one in match.files],
        }
        for match in report.matches[:MAX_RULES]
    ]
