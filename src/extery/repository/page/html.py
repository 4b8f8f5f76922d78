"""The page of a static repository: read in any browser, dragged from into Blender's window.

One file that needs no other. People can read it and drag from it without scripts; with them they
search and filter. ``page.html`` is our template, and a good start for one's own.
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
from extery.core.types import TYPES
from extery.core.versions import Version
from extery.listing.entries import Entry
from extery.listing.serialized import SerializedEntry
from extery.repository.page.cards import card, row, sprite
from extery.repository.page.filters import Choices

TITLE = "Blender extensions"

Facts = Mapping[str, Mapping[str, Any]]

_FILES = ("page.css", "page.js")
#: What a template may name, and what stands for it.
NAMES = {
    "body": "the extensions, with search and filters",
    "date": "the time of this run in UTC, or that of SOURCE_DATE_EPOCH",
    "title": "the title from blender_repo.toml",
    "repository": "the address of the listing: in full if base_url is set, else index.json",
    "count": "how many extensions there are",
    "style": "our styles, for a style element",
    "script": "our script, for a script element at the end of the page",
    "script_hash": "the hash of the script, for a Content-Security-Policy",
}


def page(
    items: Iterable[SerializedEntry],
    blocklist: Iterable[Mapping[str, Any]],
    *,
    template: str,
    facts: Facts | None = None,
    title: str = "",
    repository: str = "",
) -> str:
    """The page with a card for each extension; the ``items`` of an id stand together.

    ``template`` comes from `read_template`; ``facts`` are those of `read_metadata`, by archive URL, and may have
    the ``card`` and the `marks` of a package that stands for itself, whose entry is not even read then. Without ``repository``, the full address of the listing,
    the page is for wherever it will lie.
    """
    contents = _Contents()
    blocked = {block["id"]: str(block["reason"]) for block in blocklist}
    for identifier, group in groupby(items, key=attrgetter("id")):
        contents.add(list(group), facts or {}, blocked.get(identifier))
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
    """The pieces of the page: put together once, a large one is not copied again and again."""
    end = 0
    for match in Template.pattern.finditer(template):
        yield template[end : match.start()]
        end = match.end()
        name = match["named"] or match["braced"]
        yield from values[name] if name else "$"
    yield template[end:]


def _asset(name: str) -> str:
    return _beside(name).strip()


def _beside(name: str) -> str:
    # Not by importlib.resources, whose import takes longer than all else that is done there.
    return Path(__file__).with_name(name).read_text("utf-8")


def _hash(script: str) -> str:
    """The source of the script for a policy; its element holds ``${script}`` and nothing else."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _now() -> str:
    """The time for ``${date}``, in UTC; ``SOURCE_DATE_EPOCH`` stands for it where it is set."""
    from datetime import UTC, datetime

    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        time = datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError):  # not set, or no time that there is
        time = datetime.now(UTC)
    return f"{time:%Y-%m-%d, %H:%M}"


class _Contents:
    """What the page lists, taken in one extension after the other, so that few are in memory at once."""

    def __init__(self) -> None:
        self.choices = Choices()
        self.has_themes = False
        #: Type -> cards, each behind the name that people look for.
        self.cards: dict[str, list[tuple[str, str, str]]] = {type_.name: [] for type_ in TYPES}

    @property
    def count(self) -> int:
        return sum(map(len, self.cards.values()))

    def add(self, items: list[SerializedEntry], facts: Facts, reason: str | None) -> None:
        """Take in the entries of an extension; ``reason`` is why it is blocked."""
        if len(items) == 1 and reason is None:
            known = facts.get(items[0].url, {})
            if "card" in known:
                self._take([known["marks"]], items[0].id, known, known["card"])
                return
        entries = [item.entry for item in items]
        if len(entries) > 1:
            entries.sort(key=lambda item: (item["archive_url"], item["blender_version_min"]))
            entries.sort(key=lambda item: Version.parse(item["version"]), reverse=True)
        known = facts.get(entries[0]["archive_url"], {})
        self._take(entries, entries[0]["id"], known, _card(entries, known, reason))

    def _take(
        self, entries: Sequence[Entry], identifier: str, known: Mapping[str, Any], text: str
    ) -> None:
        for item in entries:
            self.choices.add(item, known)
        self.has_themes = self.has_themes or "theme_styles" in known
        first = entries[0]
        self.cards[first["type"]].append((first["name"].casefold(), identifier, text))

    def body(self) -> list[str]:
        """The pieces of the body."""
        if not self.count:
            return ['<p class="none">There are no packages yet.</p>']
        pieces = [sprite(themes=self.has_themes), "\n", self.choices.form(self.count)]
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


def _card(items: Sequence[Entry], facts: Mapping[str, Any], reason: str | None) -> str:
    if reason is not None:
        return f'{row(items[0], facts)}<p class="blocked">Blocked: {escape(reason)}</p></article>'
    return card(items, facts)


def read_template(path: Path | None, problems: ProblemList) -> str:
    """The text of a page's template, ours without a ``path``.

    Raises `InvalidInput` with everything that is wrong with it.
    """
    if path is None:
        return _beside("page.html")
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidInput.of(
            "generate.template-unreadable",
            f"the template {path} cannot be read: {reason}",
            hint="check the path",
            where=Where(str(path)),
        ) from error
    with ProblemList().raising(InvalidInput) as found:
        _check_template(text, str(path), found)
    problems.extend(found)
    return text


def _check_template(text: str, file: str, problems: ProblemList) -> None:
    used = set()
    for match in Template.pattern.finditer(text):
        name = match["named"] or match["braced"]
        line = text.count("\n", 0, match.start()) + 1
        where = Where(file, (), line, match.start() - text.rfind("\n", 0, match.start()))
        used.add(name)
        if match["invalid"] is not None:
            problems.add(
                "generate.template-stray-dollar",
                "a $ must begin a name",
                hint="write $$ for a dollar",
                where=where,
            )
        elif name and name not in NAMES:
            problems.add(
                "generate.template-unknown-name",
                f"{match[0]} is not known",
                hint=f"known are {_known()}; write $$ for a dollar",
                where=where,
            )
    if "body" not in used:
        problems.add(
            "generate.template-without-body",
            "the template has no ${body}: the page will list nothing",
            hint="write ${body} where the extensions belong",
            where=Where(file),
        )


def _known() -> str:
    *first, last = (f"${{{name}}}" for name in NAMES)
    return f"{', '.join(first)} and {last}"
