"""What an operator reads about the YARA rules of a site, and what rules would find in its packages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import ExteryError, Unavailable
from extery.core.text import clean_message
from extery_site.catalog.models import Package
from extery_site.files import storage
from extery_site.scanning.clamd_check import Finding
from extery_site.scanning.yara_rules import ACTIONS, RuleSet, load_rules
from extery_site.scanning.yara_scan import RulesReport, scan_by_rules

#: Rows that are read from the database at a time.
_CHUNK = 200


def check_rules(path: Path) -> Iterator[Finding]:
    """Yield a finding for each file of rules; one that says why, if they cannot be read."""
    try:
        rules = load_rules(path)
    except Unavailable as error:
        yield from (Finding(problem.message, problem.hint) for problem in error.problems)
        return
    for name, namespace in rules.files.items():
        faults = [problem for problem in rules.faults if problem.where.file == name]
        if not faults:
            yield Finding(f"{name}: {_count(rules, namespace)}")
        for problem in faults:
            yield Finding(f"{problem.where}: {problem.message}", problem.hint)


def _count(rules: RuleSet, namespace: str) -> str:
    """Return how many rules a file has with each action."""
    found = Counter(
        rule.action for name, rule in rules.rules.items() if name.namespace == namespace
    )
    parts = ", ".join(f"{found[action]} {action}" for action in ACTIONS if found[action])
    number = found.total()
    return f"{number} rule{'' if number == 1 else 's'}" + (f" ({parts})" if parts else "")


class Trial(NamedTuple):
    """What rules find in a stored package; ``error`` if it cannot be read."""

    package: Package
    report: RulesReport
    error: str = ""


def try_rules(rules: RuleSet) -> Iterator[Trial]:
    """Scan all stored packages by rules that need not be those of the site. Nothing follows from it."""
    rows = Package.objects.select_related("file", "version__extension").order_by("pk")
    for package in rows.iterator(chunk_size=_CHUNK):
        try:
            with storage.open_file(package.file) as file:
                report = scan_by_rules(rules, file, package.original_name)
        except (ExteryError, OSError) as error:
            yield Trial(package, RulesReport(()), clean_message(str(error)))
        else:
            yield Trial(package, report)
