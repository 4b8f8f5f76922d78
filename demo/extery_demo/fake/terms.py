"""What the search finds fake add-ons by: what an inventory of their package contains, without reading it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extery.inventory.model import Entry, FieldValue, Inventory, Place
from extery_demo.fake.plans import FakeExtension
from extery_demo.fake.rows import Written
from extery_site.catalog.models import SearchTerm
from extery_site.scanning.search_index import terms_of

_PLACE = Place("__init__.py")


def write_terms(batch: Iterable[Written]) -> None:
    """Write the terms of the newest public version of each extension."""
    SearchTerm.objects.bulk_create(
        SearchTerm(extension=one.extension, term=term)
        for one in batch
        if one.public
        for term in sorted(terms_of_plan(one.plan))
    )


def terms_of_plan(plan: FakeExtension) -> set[str]:
    """Return the terms of the code that `extery_demo.fake.packages` writes for a plan."""
    return (
        terms_of(Inventory(plan.id, {}, entries=tuple(_entries(plan)))) if plan.is_add_on else set()
    )


def _entries(plan: FakeExtension) -> Iterator[Entry]:
    yield _entry("operators", f"{plan.category}.{plan.id}", label=plan.label)
    yield _entry("panels", "", label=plan.name)
    if plan.shortcut:
        *modifiers, key = plan.shortcut
        yield _entry("keymaps", "", key=" ".join([*modifiers, key]))
    if plan.format:
        yield _entry(
            "file_handlers",
            "",
            label=f"{plan.format.upper()} files",
            extensions=(f".{plan.format}",),
            import_operator=f"{plan.category}.{plan.id}",
        )


def _entry(kind: str, name: str, **fields: FieldValue) -> Entry:
    return Entry(kind, name, _PLACE, fields)
