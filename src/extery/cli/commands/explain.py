"""``extery explain``: print the documentation of a problem code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from extery.cli.output import Outcome
    from extery.core.codes.explanation import Explanation

MAX_PAGE_WIDTH = 100
#: Tables with the codes that `extery validate` reports.
VALIDATED_TABLES = {"manifest", "package", "build"}


@click.command(
    "explain",
    cls=OutcomeCommand,
    project_folder=None,
    on_failure="Nothing was explained.",
)
@click.argument("code", required=False)
@click.option("--all", "list_all", is_flag=True, help="List all codes with their titles.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the explanation.",
)
@click.pass_obj
def command(_run: Run, code: str | None, *, list_all: bool) -> Outcome:
    """Explain a problem code: what it means, an example, its cure, and how to silence it.

    CODE is printed in brackets after each problem, for example manifest.id.missing.
    """
    if (code is None) != list_all:
        raise click.UsageError("Give a CODE, or --all.")
    from extery.cli.output import Outcome, pluralize
    from extery.core import codes
    from extery.core.codes.explanation import explain
    from extery.core.errors import InvalidInput

    if code is None:
        explanations = [explain(name) for name in codes.all_codes()]
        width = max(len(explanation.code) for explanation in explanations)
        lines = [f"{e.code:<{width}}  {e.severity:<7}  {e.title}" for e in explanations]
    else:
        try:
            explanations = [explain(code)]
        except KeyError:
            close = codes.similar(code)
            raise InvalidInput.of(
                "usage.unknown-code",
                variant="similar" if close else "",
                code=code,
                similar=" or ".join(close[:3]),
            ) from None
        lines = list(_render(explanations[0]))
    return Outcome(
        ok=True,
        summary=f"Explained {pluralize(len(explanations), 'code')}.",
        lines=lines,
        data={"codes": [_as_dict(explanation) for explanation in explanations]},
        is_quiet=True,
    )


def _as_dict(explanation: Explanation) -> dict[str, Any]:
    return explanation._asdict() | {"others": [text._asdict() for text in explanation.others]}


def _render(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of the page."""
    from extery.cli.output import styles

    yield f"{styles.bold(explanation.code)}: {explanation.title}."
    yield ""
    yield from _wrapped(explanation.why)
    cures: dict[str, list[str]] = {}
    for message, hint in [(explanation.message, explanation.hint), *explanation.others]:
        cures.setdefault(message, []).append(hint)
    for message, hints in cures.items():
        if message:
            yield from _texts(message, hints, explanation)
    yield ""
    yield from _section("Severity", _severity(explanation))
    yield from _section("Silence", _silence(explanation))
    if explanation.silenceable:
        yield "  [silence]"
        yield f'  "{explanation.code}" = "why it does not apply here"'


def _texts(message: str, hints: Sequence[str], explanation: Explanation) -> Iterator[str]:
    """Yield a message and its cures."""
    from extery.cli.terminal import printable

    yield ""
    is_example = message == explanation.message
    yield from _section(
        "Example" if is_example else "Another message",
        f"{explanation.severity}: {printable(message)}",
    )
    first, *others = [printable(hint) for hint in hints if hint] or [""]
    if first:
        yield from _section("Cure", first)
    for hint in others:
        yield from _section("Another cure", hint)


def _section(title: str, text: str) -> Iterator[str]:
    from extery.cli.output import styles

    yield styles.bold(f"{title}:")
    yield from _wrapped(text, indent="  ")


def _severity(explanation: Explanation) -> str:
    if explanation.severity == "warning":
        is_local = explanation.silenceable
        return "warning, which fails commands with --strict" if is_local else "warning"
    if explanation.stricter:
        return (
            "error, stricter than Blender's own tools; "
            "'extery validate --like-blender' reports it as a warning"
        )
    from extery.core.codes import AREAS

    is_checked = AREAS[explanation.code.partition(".")[0]] in VALIDATED_TABLES
    return "error, also with 'extery validate --like-blender'" if is_checked else "error"


def _silence(explanation: Explanation) -> str:
    if not explanation.silenceable:
        if explanation.severity == "error":
            return "not possible, because it is an error"
        return "not possible, because the website reports it"
    where = "in extery.toml beside the manifest, or in [tool.extery.silence] of pyproject.toml"
    if explanation.severity == "error":
        return f"where it is a warning (in builds, or with --like-blender), {where}"
    return where


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    import sys
    from textwrap import wrap

    from extery.cli.terminal import width_of

    return wrap(
        text,
        min(width_of(sys.stdout), MAX_PAGE_WIDTH),
        break_long_words=False,
        break_on_hyphens=False,
        initial_indent=indent,
        subsequent_indent=indent,
    )
