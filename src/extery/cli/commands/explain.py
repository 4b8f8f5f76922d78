"""``extery explain``: print the documentation of a problem code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extery.cli.output import Outcome
    from extery.core.codes import Explanation


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
    help="How to print the pages.",
)
@click.pass_obj
def command(_run: Run, code: str | None, *, list_all: bool) -> Outcome:
    """Explain a problem code: what it means, why it matters, and how to cure it.

    CODE stands in brackets behind each problem, for example manifest.id.missing.
    """
    if (code is None) != list_all:
        raise click.UsageError("Give a CODE, or --all.")
    from extery.cli.output import Outcome, pluralize
    from extery.core import codes
    from extery.core.errors import InvalidInput

    if code is None:
        pages = [codes.explain(name) for name in codes.all_codes()]
        width = max(len(page.code) for page in pages)
        lines = [f"{page.code:<{width}}  {page.title}" for page in pages]
    else:
        try:
            pages = [codes.explain(code)]
        except KeyError:
            close = codes.similar(code)
            raise InvalidInput.of(
                "usage.unknown-code",
                variant="similar" if close else "",
                code=code,
                similar=" or ".join(close[:3]),
            ) from None
        lines = list(_page(pages[0]))
    return Outcome(
        ok=True,
        summary=f"Explained {pluralize(len(pages), 'code')}.",
        lines=lines,
        data={"codes": [page._asdict() for page in pages]},
        is_quiet=True,
    )


def _page(page: Explanation) -> Iterator[str]:
    from extery.cli.terminal import printable

    kind = page.severity + (", stricter than Blender" if page.stricter else "")
    yield f"{click.style(page.code, bold=True)} ({kind})"
    yield ""
    yield f"{page.title}."
    yield ""
    yield from _wrapped(f"Why: {page.why}")
    if page.message:
        yield ""
        yield from _wrapped(f"Example: {printable(page.message)}")
        if page.hint:
            yield from _wrapped(f"Hint: {printable(page.hint)}")


def _wrapped(text: str) -> list[str]:
    import sys
    from textwrap import wrap

    from extery.cli.terminal import width_of

    return wrap(
        text,
        min(width_of(sys.stdout), 100),
        break_long_words=False,
        break_on_hyphens=False,
        subsequent_indent="  ",
    )
