"""What the search of the catalogue finds an extension by: the names, file formats and keys of its newest version.

`index_extension` is called with the extension locked, when an inventory is stored and when another version becomes
the newest, so that whichever is later sees the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from extery.inventory.model import Entry, FieldValue, Inventory
from extery_site.catalog.models import MAX_TERM_LENGTH, Event, Extension, SearchTerm, Version
from extery_site.catalog.search_documents import update_document
from extery_site.catalog.search_words import format_phrase, shortcut_phrase, words_of
from extery_site.listings.event_handler import LISTED_KINDS
from extery_site.scanning.inventories import inventory_of_version

#: Terms of an extension: the first that are found, so that generated code does not fill the index.
MAX_TERMS = 400
_MIN_LENGTH = 2
_MAX_WORD = 40
#: Kinds whose labels users read in Blender.
_LABELLED = (
    *("operators", "panels", "menus", "tools", "nodes", "node_trees", "render_engines"),
    *("file_handlers", "gizmo_groups", "keying_sets"),
)
#: Words that say nothing about an extension.
_COMMON = frozenset(
    {"a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
)
_KINDS = LISTED_KINDS | {Event.Kind.DELETED, Event.Kind.RESTORED, Event.Kind.ERASED}


def follow_event(event: Event) -> None:
    """Index an extension again after events that change which version is the newest."""
    if event.kind in _KINDS:
        index_extension(event.extension)


def index_extension(extension: Extension) -> None:
    """Write the terms of the newest public version; only rows that differ are written."""
    version: Version | None = None
    if extension.newest_version_id is not None:
        version = Version.objects.with_packages().get(pk=extension.newest_version_id)
    inventory = inventory_of_version(version) if version is not None else None
    wanted = terms_of(inventory) if inventory is not None else set()
    rows = SearchTerm.objects.filter(extension=extension)
    stored = set(rows.values_list("term", flat=True))
    if gone := stored - wanted:
        rows.filter(term__in=gone).delete()
    SearchTerm.objects.bulk_create(
        SearchTerm(extension=extension, term=term) for term in sorted(wanted - stored)
    )
    if wanted != stored:
        update_document(extension)


def terms_of(inventory: Inventory) -> set[str]:
    """Return the words and phrases by which an inventory is found."""
    terms: set[str] = set()
    for term in _terms(inventory):
        if len(terms) >= MAX_TERMS:
            break
        if _MIN_LENGTH <= len(term) <= MAX_TERM_LENGTH:
            terms.add(term)
    return terms


def _terms(inventory: Inventory) -> Iterator[str]:
    for direction in ("import", "export"):
        for entry in inventory.of_kind(f"{direction}ers"):
            yield from _formats(direction, entry.fields.get("extensions"))
    for entry in inventory.of_kind("file_handlers"):
        for direction in ("import", "export"):
            if entry.fields.get(f"{direction}_operator"):
                yield from _formats(direction, entry.fields.get("extensions"))
    for entry in inventory.of_kind("keymaps"):
        yield shortcut_phrase(_text(entry.fields.get("key")))
    for kind in _LABELLED:
        for entry in inventory.of_kind(kind):
            if entry.registered != "no":
                yield from _names(entry)


def _formats(direction: str, extensions: FieldValue) -> Iterator[str]:
    for one in extensions if isinstance(extensions, tuple) else ():
        phrase = format_phrase(direction, one)
        if phrase:
            yield phrase
            yield phrase.partition(" ")[2]


def _names(entry: Entry) -> Iterator[str]:
    if entry.kind == "operators":
        yield entry.name.casefold()
    for word in words_of(_text(entry.fields.get("label"))):
        if len(word) <= _MAX_WORD and word not in _COMMON:
            yield word


def _text(value: FieldValue) -> str:
    return value if isinstance(value, str) else ""
