"""Every place that reports a problem passes the values that the templates of its code need.

A missing value would be a `KeyError` in place of the problem, in paths that tests may never take.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import extery
from extery.core.codes import Code, all_codes

SOURCE = Path(extery.__file__).parents[1]
CODES = all_codes()


class Call(NamedTuple):
    """A call that reports a problem; ``variants`` are those that it can pass, empty if they are computed."""

    place: str
    code: str
    variants: tuple[str, ...]
    values: frozenset[str]


def calls(file: Path) -> Iterator[Call]:
    """Yield the calls with a code and all their values written out."""
    text = file.read_text("utf-8")
    # Most files report nothing, and parsing all takes seconds.
    for node in ast.walk(ast.parse(text if ".of(" in text or ".add(" in text else "")):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        first = node.args[0]
        names = {keyword.arg for keyword in node.keywords}
        if node.func.attr not in ("add", "of") or None in names:
            continue
        # `LintContext.add` adds the area to the code.
        if not isinstance(first, ast.Constant) or ast.unparse(node.func.value) == "lint":
            continue
        if first.value in CODES:
            variants = [k.value for k in node.keywords if k.arg == "variant"]
            place = f"{file.relative_to(SOURCE)}:{node.lineno}"
            values = frozenset(name for name in names if name) | {"variant"}
            yield Call(place, first.value, constants(variants[0]) if variants else ("",), values)


def setting_errors(file: Path) -> Iterator[Call]:
    """Yield the errors of settings, which `extery_site.project.settings_loading` reports as problems."""
    text = file.read_text("utf-8")
    for node in ast.walk(ast.parse(text if "InvalidSetting(" in text else "")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "InvalidSetting":
            values = {keyword.arg for keyword in node.keywords if keyword.arg}
            place = f"{file.relative_to(SOURCE)}:{node.lineno}"
            own = {"variant", "name", "value", "expected", "example"}
            yield Call(place, "setting.bad-value", constants(node.args[0]), frozenset(values | own))


def constants(node: ast.expr) -> tuple[str, ...]:
    """Return the texts that an expression can have, if it is a text or a choice between texts."""
    if isinstance(node, ast.Constant):
        return (str(node.value),)
    if isinstance(node, ast.IfExp):
        branches = constants(node.body), constants(node.orelse)
        return branches[0] + branches[1] if all(branches) else ()
    return ()


def needed(entry: Code, variant: str) -> set[str]:
    """Return the fields of the templates that `render` takes for a variant."""
    message, hint = entry.variants[variant] if variant else ("", "")
    texts = (message or entry.message, hint or entry.hint)
    parsed = [part for text in texts for part in Formatter().parse(text)]
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in parsed if name}


@cache
def all_calls() -> list[Call]:
    files = sorted(SOURCE.rglob("*.py"))
    return [call for file in files for call in (*calls(file), *setting_errors(file))]


def test_most_raise_sites_are_found() -> None:
    assert len(all_calls()) > 200


def test_a_problem_gets_the_values_of_its_templates() -> None:
    missing = [
        (call.place, call.code, variant, needed(CODES[call.code], variant) - call.values)
        for call in all_calls()
        for variant in call.variants
    ]
    assert len(missing) > 200
    assert [call for call in missing if call[-1]] == []


def test_a_value_is_no_text_that_was_composed_where_it_is_passed() -> None:
    """Sentences belong into the tables, where they can be translated."""
    reasons = {"reason", "detail", "why", "fault", "message"}
    site = [call for call in all_calls() if call.place.startswith("extery_site")]
    # The reasons of moderators and of people who report an extension, and of the regex library.
    own = {
        "source-search.bad-pattern",
        *("upload.extension-blocked", "download.blocked", "download.version-blocked"),
        *("report.unknown-reason", "account.suspended", "reserved.in-use"),
    }
    assert {call.code for call in site if call.values & reasons} <= own
