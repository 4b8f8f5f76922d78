"""The table of problem codes: every row can be rendered and explained."""

from __future__ import annotations

from importlib import import_module
from string import Formatter

import pytest

from extery.core.codes import AREAS, Code, all_codes, find, render, similar
from extery.core.codes.explanation import explain

MODULES = sorted(set(AREAS.values()))
CODES = all_codes()


def templates(entry: Code) -> list[str]:
    """Return all messages and hints of a row that are not empty."""
    texts = [entry.message, entry.hint]
    texts += [text for variant in entry.variants.values() for text in variant]
    return [text for text in texts if text]


def fields(template: str) -> dict[str, str]:
    """Return the fields of a template with their format specifications."""
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("module", MODULES)
def test_every_row_has_a_message_template(module: str) -> None:
    rows: dict[str, Code] = import_module(f"extery.core.codes.{module}").CODES

    assert rows
    assert not {code for code, entry in rows.items() if not entry.message}


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_an_area_a_title_and_a_reason(code: str) -> None:
    entry = CODES[code]

    assert code.split(".")[0] in AREAS
    assert find(code) == entry
    assert entry.title
    assert entry.why.endswith(".")
    assert not (entry.stricter and entry.severity == "warning")


@pytest.mark.parametrize("code", CODES)
def test_fields_of_templates_are_plain_names(code: str) -> None:
    for template in templates(CODES[code]):
        assert all(name.isidentifier() for name in fields(template)), template


@pytest.mark.parametrize("code", [code for code, entry in CODES.items() if entry.message])
def test_the_example_of_a_code_renders_its_templates(code: str) -> None:
    entry = CODES[code]

    assert explain(code).message
    for variant in entry.variants:
        # Other variants may need values that the example does not have.
        needed = {n: s for text in entry.variants[variant] for n, s in fields(text).items()}
        values = {name: 2 if spec else "x" for name, spec in needed.items()}
        assert render(entry, {**values, **entry.example, "variant": variant})[0]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("build.path-missin", "build.path-missing"),
        ("path-missing", "build.path-missing"),
        ("manifest.not-identifier", "manifest.id.not-identifier"),
    ],
)
def test_a_mistyped_code_is_corrected(typed: str, meant: str) -> None:
    assert meant in similar(typed)
