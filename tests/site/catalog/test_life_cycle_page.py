"""The page about the life cycle is printed from the table of transitions."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from extery_site.catalog.models import Event, Version
from extery_site.catalog.transitions import TRANSITIONS
from tests.parts import ROOT

FOLDER = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def printer() -> ModuleType:
    specification = importlib.util.spec_from_file_location("printer", FOLDER / "_life_cycle.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("part", ["diagram", "precedence", "table"])
def test_the_page_has_what_the_table_of_transitions_says(part: str, printer: ModuleType) -> None:
    page = (FOLDER / "life-cycle.md").read_text("utf-8")

    assert getattr(printer, part)() in page, "the life cycle has changed: run 'make fix'"


def test_the_diagram_has_every_status_and_every_transition(printer: ModuleType) -> None:
    diagram = printer.diagram()

    assert [value for value in Version.Status.values if f" as {value}\n" not in diagram] == []
    events = [
        Event.Kind(change.event).label
        for change in TRANSITIONS
        if change.of is Version and change.target not in change.sources
    ]
    assert [event for event in events if f": {event} (" not in diagram] == []
