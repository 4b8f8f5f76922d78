"""Problems as workflow commands, which GitHub Actions shows as annotations."""

from __future__ import annotations

from extery.cli.output.outcome import Outcome, PrefixedProblem
from extery.cli.output.text import in_order
from extery.cli.terminal import printable


def workflow_commands(outcome: Outcome) -> str:
    """Return one line per problem."""
    return "\n".join(_command(item) for item in in_order(outcome.problems))


def _command(item: PrefixedProblem) -> str:
    problem = item.problem
    properties = {"title": problem.code}
    if item.file:
        properties["file"] = printable(item.file)
    if problem.where.line is not None:
        properties["line"] = str(problem.where.line)
        if problem.where.column is not None:
            properties["col"] = str(problem.where.column)
    text = printable(problem.message)
    if problem.hint:
        text += f"\nhint: {printable(problem.hint)}"
    pairs = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{problem.severity} {pairs}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
