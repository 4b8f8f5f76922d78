"""An entry as people read it: a card on the page, and the links to its packages.

Every text from a package is escaped. A row depends on its entry and the metadata of its package alone.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape as escape_all
from typing import Any

from extery.core import platforms
from extery.core.files import format_size
from extery.core.licenses import PREFIX
from extery.core.versions import number_of_blender_version, parse_blender_version
from extery.listing.audience import drag_query
from extery.listing.entries import Entry
from extery.manifest.maintainers import display_name
from extery.repository.page.theme_preview import SPRITE, picture

#: Behind the initial of an extension that has no icon. Lighter than the ground, so they keep to the edges.
_SHAPES = (
    '<circle cx="50" cy="6" r="17"/>',
    '<path d="M0 56V34L22 56Z"/><path d="M56 0V20L36 0Z"/>',
    '<path d="M0 47Q14 37 28 47T56 47V56H0Z"/>',
    '<path d="M56 56H30L56 30Z"/><circle cx="8" cy="8" r="4"/>',
    '<rect x="-6" y="-6" width="20" height="20" rx="5"/><rect x="44" y="44" width="18" height="18" rx="5"/>',
    '<circle cx="4" cy="52" r="15"/><circle cx="51" cy="5" r="7"/>',
    '<path d="M0 0H56V8L0 14Z"/>',
    '<path d="M44 0 56 7V21L44 28 38 24V4Z"/>',
)
_HUES = 24

_WORD = re.compile(r"\w")
_SPECIAL = re.compile("[&<>\"']")


def escape(text: str) -> str:
    """The text as HTML, in quotes too; most texts need no change, and pages have many."""
    return escape_all(text) if _SPECIAL.search(text) else text


def card(items: Sequence[Entry], metadata: Mapping[str, Any]) -> str:
    """A card: what the first of ``items`` says, its newest package, and the links to all of them."""
    links = "".join(link(item, is_one_of_many=len(items) > 1) for item in items)
    return f"{row(items[0], metadata)}<ul>{links}</ul></article>"


def row(item: Entry, metadata: Mapping[str, Any]) -> str:
    """All of a card but its links, without the end of its element."""
    return (
        f"<article{_search_attributes(item, metadata)}>{_picture(item, metadata)}"
        f"<h3>{escape(item['name'])} <small>{escape(item['version'])}</small></h3>"
        f"<p>{escape(item['tagline'])}</p>{_origin(item, metadata)}"
        f"{_labels(tuple(item.get('tags', ())), tuple(item.get('permissions', ())))}"
        f"{_contrast(metadata)}{_details(item, metadata)}"
    )


def _search_attributes(item: Entry, metadata: Mapping[str, Any]) -> str:
    """What scripts filter and sort by, where it cannot be read from the card itself."""
    marks = f' data-d="{metadata["date"]}"' if "date" in metadata else ""
    if "permissions" in item:
        marks += f' data-r="{escape(" ".join(item["permissions"]))}"'
    return marks


def _origin(item: Entry, metadata: Mapping[str, Any]) -> str:
    text = escape(display_name(item["maintainer"]))
    if "date" in metadata:
        text += f" · {metadata['date']}"
    website = item.get("website", "")
    # Any text may stand in a manifest, also one that a browser would run.
    if website.lower().startswith(("https://", "http://")):
        text += f' · <a href="{escape(website)}" rel="nofollow noopener">Website</a>'
    return f'<p class="by">{text}</p>'


# A folder has few combinations of these, and of platforms and versions, and many packages of each.
@lru_cache(maxsize=4096)
def _labels(tags: tuple[str, ...], permissions: tuple[str, ...]) -> str:
    labels = "".join(f"<b>{escape(tag)}</b>" for tag in tags)
    labels += "".join(f"<i>{escape(key)}</i>" for key in permissions)
    return f'<p class="tags">{labels}</p>' if labels else ""


def _contrast(metadata: Mapping[str, Any]) -> str:
    if "contrast" not in metadata:
        return ""
    level, sentence = metadata["contrast"]
    return f'<p class="contrast {level}">{escape(sentence)}</p>'


def _details(item: Entry, metadata: Mapping[str, Any]) -> str:
    """What is read by those who want to know, behind a line to open."""
    licenses = ", ".join(name.removeprefix(PREFIX) for name in item.get("license", ()))
    lines = f"<dt>Id<dd>{escape(item['id'])}<dt>License<dd>{escape(licenses)}"
    for key, reason in item.get("permissions", {}).items():
        lines += f"<dt>Asks for {escape(key)}<dd>{escape(str(reason))}"
    if "changes" in metadata:
        lines += f'<dt>Changes<dd class="pre">{escape(metadata["changes"])}'
    return f"<details><summary>Details</summary><dl>{lines}</dl></details>"


def _picture(item: Entry, metadata: Mapping[str, Any]) -> str:
    if "theme_styles" in metadata:
        return picture(metadata["theme_styles"])
    if "icon" in metadata:
        return f'<img src="{metadata["icon"]}" alt="">'
    number = zlib.crc32(item["id"].encode())
    shape, hue = number % len(_SHAPES), number // len(_SHAPES) % _HUES * (360 // _HUES)
    return (
        f'<svg class="pic" style="--h:{hue}" aria-hidden="true"><use href="#pic{shape}"/>'
        f"{_initial(item['name'])}</svg>"
    )


def _initial(name: str) -> str:
    found = _WORD.search(name)
    return f'<text x="28" y="38">{found[0].upper()}</text>' if found else ""


def link(item: Entry, *, is_one_of_many: bool = False) -> str:
    """The line of one package: its link to drag, and for whom it is."""
    version = escape(item["version"])
    label = escape(f"Drag {item['name']} {item['version']} into Blender")
    shown = "Drag" if is_one_of_many else "Drag into Blender"
    what = f"{version} · " if is_one_of_many else ""
    mark, text = _audience(*_conditions(item))
    size = format_size(item["archive_size"]).replace(" ", "\N{NO-BREAK SPACE}")
    return (
        f'<li{mark}><a class="get" href="{escape(drag_link(item))}" aria-label="{label}">{shown}</a>'
        f"<span>{what}{text} · {size}</span>"
    )


Conditions = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _conditions(item: Entry) -> Conditions:
    return (
        item["blender_version_min"],
        item.get("blender_version_max", ""),
        tuple(item.get("platforms", ())),
        tuple(item.get("python_versions", ())),
    )


@lru_cache(maxsize=4096)
def _audience(
    low: str, high: str, systems: tuple[str, ...], pythons: tuple[str, ...]
) -> tuple[str, str]:
    """For whom a package is: as attributes for scripts, and in words."""
    mark = f' data-b="{_number(low)} {_number(high) if high else ""}"'
    if systems:
        mark += f' data-p="{escape(" ".join(systems))}"'
    words = f"Blender {_short(low)} " + (f"to below {_short(high)}" if high else "or newer")
    if systems:
        words += f" · {', '.join(map(platforms.title, systems))}"
    # "3" comes with wheels for every Python, and every Blender has one of those.
    if pythons and pythons != ("3",):
        words += f" · Python {', '.join(pythons)}"
    return mark, escape(words)


def _number(version: str) -> int:
    """Return a Blender version as one number, which scripts can compare."""
    return number_of_blender_version(parse_blender_version(version))


def _short(version: str) -> str:
    """Return ``4.2`` for ``4.2.0``."""
    return version.removesuffix(".0") if version.count(".") == 2 else version


def drag_link(item: Entry) -> str:
    """Return the address of a package with the query that Blender reads when the link is dropped.

    It is relative to the page, which is beside ``index.json`` and the packages.
    """
    return f"{item['archive_url']}?{_query(*_conditions(item))}"


@lru_cache(maxsize=4096)
def _query(low: str, high: str, systems: tuple[str, ...], pythons: tuple[str, ...]) -> str:
    return drag_query("./index.json", low=low, high=high, platforms=systems, pythons=pythons)


def sprite(*, themes: bool) -> str:
    """What cards draw with: it belongs on a page once, before them."""
    shapes = "".join(
        f'<symbol id="pic{number}" viewBox="0 0 56 56"><rect width="56" height="56" '
        f'style="fill:oklch(.48 .09 var(--h))"/>'
        f'<g style="fill:oklch(.66 .12 var(--h))">{shape}</g></symbol>'
        for number, shape in enumerate(_SHAPES)
    )
    return f'<svg class="sprite" width="0" height="0" aria-hidden="true">{shapes}{SPRITE if themes else ""}</svg>'
