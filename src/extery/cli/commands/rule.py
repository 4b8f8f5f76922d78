"""``extery rule``: print the documentation of a rule, with an example of its problem and one without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extery.cli.output import Outcome
    from extery.rules.rule import Rule

#: Lines of an example, and characters of a line, that are printed.
MAX_EXAMPLE_LINES = 40
MAX_EXAMPLE_WIDTH = 100


@click.command(
    "rule",
    cls=OutcomeCommand,
    project_folder=None,
    on_failure="No rule was shown.",
)
@click.argument("rule_id", metavar="[RULE]", required=False)
@click.option("--all", "list_all", is_flag=True, help="List all rules; as JSON, with all they say.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the rules.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --output-format json.")
@click.pass_obj
def command(_run: Run, rule_id: str | None, *, list_all: bool) -> Outcome:
    """Show a rule of `check`: its reason, the guideline it comes from, its cure, and examples.

    RULE is the name of a rule, or a code that it reports, which is printed in brackets after each problem. With a
    code, only that one of the rule is shown.
    """
    if (rule_id is None) != list_all:
        raise click.UsageError("Give a RULE, or --all.")
    from extery.cli.output import Outcome, pluralize

    rules = _all_rules() if rule_id is None else [_find(rule_id)]
    lines = list(_table(rules)) if list_all else list(_page(rules[0], rule_id or ""))
    return Outcome(
        ok=True,
        summary=f"Showed {pluralize(len(rules), 'rule')}.",
        lines=lines,
        data={"rules": [_as_dict(rule) for rule in rules]},
        is_quiet=True,
    )


def _all_rules() -> list[Rule]:
    from extery.rules.registry import all_rules

    return sorted(all_rules(), key=lambda rule: rule.id)


def _find(name: str) -> Rule:
    """Return the rule with an id, or that reports a code; raises `InvalidInput`."""
    from extery.core.errors import InvalidInput
    from extery.core.text import closest_match

    rules = _all_rules()
    for rule in rules:
        if rule.id == name:
            return rule
    for rule in rules:
        if name in rule.all_codes():
            return rule
    names = {rule.id for rule in rules}.union(*(rule.all_codes() for rule in rules))
    similar = closest_match(name, names)
    raise InvalidInput.of(
        "usage.unknown-rule", variant="similar" if similar else "", rule=name, similar=similar
    )


def _table(rules: list[Rule]) -> Iterator[str]:
    from extery.core.codes.explanation import explain

    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        codes = sorted(rule.all_codes())
        title = explain(codes[0]).title if len(codes) == 1 else f"{len(codes)} problems"
        yield f"{rule.id:<{width}}  {rule.severity:<7}  {title}"


def _as_dict(rule: Rule) -> dict[str, Any]:
    from extery.core.codes.explanation import explain
    from extery.rules.examples import KINDS, example_text
    from extery.rules.guidelines import GUIDELINES

    guideline = GUIDELINES.get(rule.guideline)
    codes = []
    for code in sorted(rule.all_codes()):
        explained = explain(code)
        row = explained._asdict() | {"others": [text._asdict() for text in explained.others]}
        for kind in KINDS:
            row[f"{kind}_example"] = example_text(code, kind) or None
        codes.append(row)
    return {
        "id": rule.id,
        "severity": rule.severity,
        "scopes": sorted(rule.scopes),
        "input": rule.input,
        "profiles": sorted(rule.profiles),
        "guideline": guideline._asdict() if guideline else None,
        "is_fixable": rule.fix is not None,
        "codes": codes,
    }


def _page(rule: Rule, name: str) -> Iterator[str]:
    """Yield the lines of the page of a rule: with all its codes, or with that which ``name`` is."""
    from extery.core.codes.explanation import explain
    from extery.rules.guidelines import GUIDELINES
    from extery.rules.profiles import EVERY_PROFILE

    every = sorted(rule.all_codes())
    codes = [name] if name in every and name != rule.id else every
    yield from _field(rule.id, _summary(rule))
    yield ""
    if guideline := GUIDELINES.get(rule.guideline):
        yield from _field("Guideline", f"{guideline}, {guideline.url}")
    if rule.profiles != EVERY_PROFILE:
        yield from _field("Profile", ", ".join(sorted(rule.profiles)))
    yield from _field("Checked in", ", ".join(sorted(rule.scopes)))
    if rule.fix is not None:
        yield from _field("Fix", "extery check --fix, for some of its problems")
    for code in codes:
        explained = explain(code)
        yield ""
        yield from _field(f"{code}, {explained.severity}", f"{explained.title}.")
        yield from _wrapped(explained.why)
        if explained.hint:
            yield from _field("Cure", explained.hint)
        yield from _examples(code)
    yield ""
    yield from _field("More", f"extery explain {codes[0]}")
    if len(codes) < len(every):
        yield from _field(
            "Others", f"extery rule {rule.id} shows all {len(every)} codes of the rule"
        )


def _summary(rule: Rule) -> str:
    """Return the sentence at the beginning of the rule's module."""
    import sys

    module = sys.modules[rule.check.__module__]
    return (module.__doc__ or "").strip().partition("\n")[0]


def _examples(code: str) -> Iterator[str]:
    from extery.cli.output import styles
    from extery.rules.examples import KINDS, example_text

    for kind, title in zip(KINDS, ("With the problem", "Without it"), strict=True):
        text = example_text(code, kind)
        if not text:
            continue
        yield styles.bold(f"{title}:")
        lines = text.rstrip("\n").split("\n")
        for line in lines[:MAX_EXAMPLE_LINES]:
            shown = line if len(line) <= MAX_EXAMPLE_WIDTH else f"{line[:MAX_EXAMPLE_WIDTH]}…"
            yield f"  {shown}".rstrip()
        if len(lines) > MAX_EXAMPLE_LINES:
            yield "  …"


def _field(title: str, text: str) -> Iterator[str]:
    from extery.cli.output import styles

    first, *rest = _wrapped(text, indent=" " * (len(title) + 2))
    yield f"{styles.bold(title + ':')} {first.lstrip()}"
    yield from rest


def _wrapped(text: str, indent: str = "") -> list[str]:
    import sys
    from textwrap import wrap

    from extery.cli.commands.explain import MAX_PAGE_WIDTH
    from extery.cli.terminal import printable, width_of

    return wrap(
        printable(text),
        min(width_of(sys.stdout), MAX_PAGE_WIDTH),
        break_long_words=False,
        break_on_hyphens=False,
        initial_indent=indent,
        subsequent_indent=indent,
    )
