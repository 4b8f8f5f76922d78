"""The page of a static repository, from which extensions are dragged into Blender's window.

One self-contained file. Reading and dragging work without scripts; search and filters need them.
``page.html`` is the default template, and an example for custom ones.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from string import Template
from typing import Any

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.text import os_error_text
from extery.core.types import TYPES
from extery.core.versions import Version
from extery.listing import LISTING_FILENAME
from extery.listing.entries import Entry
from extery.listing.serialized import SerializedEntry
from extery.repository.page.cards import card, row, sprite
from extery.repository.page.complete_section import CompleteListing, file_address
from extery.repository.page.filter_form import Choices

TITLE = "Blender extensions"

Metadata = Mapping[str, Mapping[str, Any]]

_FILES = ("page.css", "page.js")
#: Placeholders of a template, with a description of their values.
TEMPLATE_NAMES = {
    "body": "the extensions, with search and filters",
    "date": "the time of this run in UTC, or that of SOURCE_DATE_EPOCH",
    "title": "the title from blender_repo.toml",
    "repository": "the address of the listing: in full if base_url is set, else index.json",
    "count": "the number of extensions",
    "style": "the styles of the default page, for a style element",
    "script": "the script of the default page, for a script element at the end of the page",
    "script_hash": "the hash of the script, for a Content-Security-Policy",
}


def render_page(
    items: Iterable[SerializedEntry],
    blocklist: Iterable[Mapping[str, Any]],
    *,
    template: str,
    metadata: Metadata | None = None,
    title: str = "",
    repository: str = "",
    complete: CompleteListing = CompleteListing(),
) -> str:
    """Return the page with a card for each extension; ``items`` are grouped by id.

    ``template`` comes from `read_template`. ``metadata`` are the results of `read_metadata` by archive URL; with
    a ``card`` and ``filter_fields`` the entry of a package need not be parsed. ``repository`` is the full URL of
    the listing; without it the page uses a relative one. The extensions that only the ``complete`` listing has follow
    those of ``items``.
    """
    contents = _Contents(repository)
    blocked = {block["id"]: str(block["reason"]) for block in blocklist}
    for identifier, group in groupby(items, key=attrgetter("id")):
        contents.add(list(group), metadata or {}, blocked.get(identifier))
    for added in complete.groups():
        contents.add_complete(added, metadata or {}, blocked.get(added[0].id), complete)
    style, script = (_asset(name) for name in _FILES)
    values = {
        "body": contents.body(),
        "date": [_now()],
        "title": [escape(title or TITLE)],
        "repository": [escape(repository or "index.json")],
        "count": [str(contents.count)],
        "style": [style],
        "script": [script],
        "script_hash": [_hash(script)],
    }
    return "".join(_filled(template, values))


def _filled(template: str, values: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the parts of the page, which are joined once."""
    end = 0
    for match in Template.pattern.finditer(template):
        yield template[end : match.start()]
        end = match.end()
        name = match["named"] or match["braced"]
        yield from values[name] if name else "$"
    yield template[end:]


def _asset(name: str) -> str:
    return _read_asset(name).strip()


def _read_asset(name: str) -> str:
    # importlib.resources takes longer to import than the page takes to render.
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(script: str) -> str:
    """Return the source expression of the script for a Content-Security-Policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _now() -> str:
    """Return the time for ``${date}``, in UTC: that of ``SOURCE_DATE_EPOCH``, or now."""
    from datetime import UTC, datetime

    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        time = datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError):  # not set, or out of range
        time = datetime.now(UTC)
    return f"{time:%Y-%m-%d, %H:%M}"


class _Contents:
    """The extensions of the page, added one at a time so that few are in memory at once."""

    def __init__(self, repository: str) -> None:
        #: The full URL of the listing; empty if it is not known.
        self.repository = repository
        self.choices = Choices()
        self.has_themes = False
        self.notice = ""
        #: Type -> cards, as (lowercase name, id, HTML) for sorting.
        self.cards: dict[str, list[tuple[str, str, str]]] = {type_.name: [] for type_ in TYPES}

    @property
    def count(self) -> int:
        return sum(map(len, self.cards.values()))

    def add(self, items: list[SerializedEntry], metadata: Metadata, reason: str | None) -> None:
        """Add the entries of an extension; ``reason`` is why it is blocked."""
        if len(items) == 1 and reason is None:
            known = metadata.get(items[0].url, {})
            if "card" in known:
                self._add([known["filter_fields"]], items[0].id, known, known["card"])
                return
        entries = _newest_first(items)
        known = metadata.get(entries[0]["archive_url"], {})
        address = _listing_address(entries, f"./{LISTING_FILENAME}", self.repository)
        text = _card(entries, known, reason, repository=address)
        self._add(entries, entries[0]["id"], known, text)

    def add_complete(
        self,
        items: list[SerializedEntry],
        metadata: Metadata,
        reason: str | None,
        complete: CompleteListing,
    ) -> None:
        """Add the entries of an extension that only the complete listing has."""
        self.notice = complete.notice()
        entries = _newest_first(items)
        url = entries[0]["archive_url"]
        known = metadata.get(url) or metadata.get(file_address(url), {})
        address = _listing_address(entries, complete.repository, complete.full_url)
        text = _card(complete.on_page(entries), known, reason, repository=address)
        self._add(entries, entries[0]["id"], known, text)

    def _add(
        self, entries: Sequence[Entry], identifier: str, known: Mapping[str, Any], text: str
    ) -> None:
        for item in entries:
            self.choices.add(item, known)
        self.has_themes = self.has_themes or "theme_styles" in known
        first = entries[0]
        self.cards[first["type"]].append((first["name"].casefold(), identifier, text))

    def body(self) -> list[str]:
        """Return the parts of the body."""
        if not self.count:
            return ['<p class="none">There are no packages yet.</p>']
        pieces = [self.notice, sprite(themes=self.has_themes), "\n", self.choices.form(self.count)]
        for type_ in TYPES:
            cards = sorted(self.cards[type_.name])
            if cards:
                pieces.append(
                    f'\n<section data-t="{type_.name}">\n<h2>{type_.plural} <span>{len(cards):,}</span></h2>\n'
                    '<div class="cards">\n'
                )
                for _, _, card in cards:
                    pieces += (card, "\n")
                pieces.append("</div>\n</section>")
        return pieces


def _newest_first(items: Iterable[SerializedEntry]) -> list[Entry]:
    entries = [item.entry for item in items]
    if len(entries) > 1:
        entries.sort(key=lambda item: (item["archive_url"], item["blender_version_min"]))
        entries.sort(key=lambda item: Version.parse(item["version"]), reverse=True)
    return entries


def _listing_address(entries: Sequence[Entry], beside: str, full_url: str) -> str:
    """Return the address of the listing for links: ``beside`` is relative to packages, and right only beside them."""
    return beside if entries[0]["archive_url"].startswith("./") else full_url


def _card(
    items: Sequence[Entry], metadata: Mapping[str, Any], reason: str | None, **options: str
) -> str:
    if reason is not None:
        return (
            f'{row(items[0], metadata)}<p class="blocked">Blocked: {escape(reason)}</p></article>'
        )
    return card(items, metadata, **options)


def read_template(path: Path | None, problems: ProblemList) -> str:
    """Return the text of a template, by default that of ``page.html``.

    Raises `InvalidInput` with all problems of the template.
    """
    if path is None:
        return _read_asset("page.html")
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput.of(
            "generate.template-unreadable",
            where=Where(str(path)),
            variant="" if isinstance(error, OSError) else "not-utf8",
            path=str(path),
            reason=os_error_text(error) if isinstance(error, OSError) else error.reason,
        ) from error
    with ProblemList().raising(InvalidInput) as template_problems:
        _check_template(text, str(path), template_problems)
    problems.extend(template_problems)
    return text


def _check_template(text: str, file: str, problems: ProblemList) -> None:
    used = set()
    for match in Template.pattern.finditer(text):
        name = match["named"] or match["braced"]
        line = text.count("\n", 0, match.start()) + 1
        where = Where(file, (), line, match.start() - text.rfind("\n", 0, match.start()))
        used.add(name)
        if match["invalid"] is not None:
            problems.add("generate.template-stray-dollar", where=where)
        elif name and name not in TEMPLATE_NAMES:
            problems.add(
                "generate.template-unknown-name", where=where, name=match[0], known=_known_names()
            )
    if "body" not in used:
        problems.add("generate.template-without-body", where=Where(file))


def _known_names() -> str:
    *first, last = (f"${{{name}}}" for name in TEMPLATE_NAMES)
    return f"{', '.join(first)} and {last}"
