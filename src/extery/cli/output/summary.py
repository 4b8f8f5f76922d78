"""The last line of a command: what it did, and the numbers of errors and warnings."""

from __future__ import annotations

from extery.cli.output import styles
from extery.cli.output.outcome import Outcome, pluralize


def counts(outcome: Outcome) -> tuple[int, int]:
    """Return the numbers of errors and warnings."""
    errors = sum(item.problem.is_error for item in outcome.problems)
    return errors, len(outcome.problems) - errors


def summary_line(outcome: Outcome) -> str:
    """Return ``Checked 2 paths. Found 1 error and 2 warnings.``, with colour."""
    errors, warnings = counts(outcome)
    parts = [pluralize(errors, "error")] if errors else []
    parts += [pluralize(warnings, "warning")] if warnings else []
    if not parts and not outcome.ok and not outcome.is_strict and not outcome.silenced:
        return styles.severity(outcome.summary, "error")
    result = f"Found {' and '.join(parts)}" if parts else "No problems"
    if outcome.silenced:
        result += f", {pluralize(len(outcome.silenced), 'warning')} silenced"
    if not outcome.ok and not errors and outcome.is_strict:
        result += ", and --strict treats warnings as errors"
    result += "."
    if outcome.ok and not parts:
        return f"{outcome.summary} {styles.success(result)}"
    return f"{outcome.summary} {styles.severity(result, 'warning' if outcome.ok else 'error')}"
