"""Cards: an extension on the page, with links to its packages.

Every text from a package is escaped. A card depends only on its entries and the metadata of its package.
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
from extery.listing import LISTING_FILENAME
from extery.listing.audience import drag_query
from extery.listing.entries import Entry
from extery.manifest.maintainers import display_name
from extery.repository.page.theme_preview import SPRITE, picture

#: Background shapes for the initial of an extension without an icon. They are near the edges, because they are
#: lighter than the background.
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
_REPOSITORY = f"./{LISTING_FILENAME}"

_WORD = re.compile(r"\w")
_SPECIAL = re.compile("[&<>\"']")


def escape(text: str) -> str:
    """Return the text escaped for HTML, also within quotes; most texts need no change, which is tested first."""
    return escape_all(text) if _SPECIAL.search(text) else text


def card(
    items: Sequence[Entry], metadata: Mapping[str, Any], *, repository: str = _REPOSITORY
) -> str:
    """Return the card of an extension: the text of the first of its entries, and links to all packages.

    ``repository`` is the address of its listing, relative to the packages or in full.
    """
    is_one_of_many = len(items) > 1
    links = "".join(
        link(item, is_one_of_many=is_one_of_many, repository=repository) for item in items
    )
    return f"{row(items[0], metadata)}<ul>{links}</ul></article>"


def row(item: Entry, metadata: Mapping[str, Any]) -> str:
    """Return a card without its links and its end tag."""
    return (
        f"<article{_search_attributes(item, metadata)}>{_picture(item, metadata)}"
        f"<h3>{escape(item['name'])} <small>{escape(item['version'])}</small></h3>"
        f"<p>{escape(item['tagline'])}</p>{_origin(item, metadata)}"
        f"{_labels(tuple(item.get('tags', ())), tuple(item.get('permissions', ())))}"
        f"{_contrast(metadata)}{_details(item, metadata)}"
    )


def _search_attributes(item: Entry, metadata: Mapping[str, Any]) -> str:
    """Return the attributes by which scripts filter and sort, as far as the card has no text for them."""
    attributes = f' data-d="{metadata["date"]}"' if "date" in metadata else ""
    if "permissions" in item:
        attributes += f' data-r="{escape(" ".join(item["permissions"]))}"'
    return attributes


def _origin(item: Entry, metadata: Mapping[str, Any]) -> str:
    text = escape(display_name(item["maintainer"]))
    if "date" in metadata:
        text += f" · {metadata['date']}"
    website = item.get("website", "")
    # A manifest may contain any text, also a URL that a browser would run as a script.
    if website.lower().startswith(("https://", "http://")):
        text += f' · <a href="{escape(website)}" rel="nofollow noopener">Website</a>'
    return f'<p class="by">{text}</p>'


# Many packages of a folder have the same tags, permissions, platforms and versions.
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
    """Return the details, which are collapsed at first."""
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
    letter = _WORD.search(name)
    return f'<text x="28" y="38">{letter[0].upper()}</text>' if letter else ""


def link(item: Entry, *, is_one_of_many: bool = False, repository: str = _REPOSITORY) -> str:
    """Return the list item of a package: the link to drag, and the systems that can install it."""
    version = escape(item["version"])
    label = escape(f"Drag {item['name']} {item['version']} into Blender")
    text = "Drag" if is_one_of_many else "Drag into Blender"
    prefix = f"{version} · " if is_one_of_many else ""
    attributes, audience = _audience(*_conditions(item))
    size = format_size(item["archive_size"]).replace(" ", "\N{NO-BREAK SPACE}")
    return (
        f'<li{attributes}><a class="get" href="{escape(drag_link(item, repository))}" aria-label="{label}">{text}</a>'
        f"<span>{prefix}{audience} · {size}</span>"
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
    """Return the systems that can install a package, as attributes for scripts and as text."""
    attributes = f' data-b="{_number(low)} {_number(high) if high else ""}"'
    if systems:
        attributes += f' data-p="{escape(" ".join(systems))}"'
    words = f"Blender {_short(low)} " + (f"to below {_short(high)}" if high else "or newer")
    if systems:
        words += f" · {', '.join(map(platforms.title, systems))}"
    # "3" means wheels for every Python 3, which every Blender has.
    if pythons and pythons != ("3",):
        words += f" · Python {', '.join(pythons)}"
    return attributes, escape(words)


def _number(version: str) -> int:
    """Return a Blender version as one number, which scripts can compare."""
    return number_of_blender_version(parse_blender_version(version))


def _short(version: str) -> str:
    """Return ``4.2`` for ``4.2.0``."""
    return version.removesuffix(".0") if version.count(".") == 2 else version


def drag_link(item: Entry, repository: str = _REPOSITORY) -> str:
    """Return the address of a package with the query that Blender reads when the link is dropped.

    It is relative to the page, which is beside ``index.json`` and the packages; ``repository`` is
    relative to the package, or a full URL.
    """
    return f"{item['archive_url']}?{_query(repository, *_conditions(item))}"


@lru_cache(maxsize=4096)
def _query(
    repository: str, low: str, high: str, systems: tuple[str, ...], pythons: tuple[str, ...]
) -> str:
    return drag_query(repository, low=low, high=high, platforms=systems, pythons=pythons)


def sprite(*, themes: bool) -> str:
    """Return the SVG symbols that cards use; the page needs them once, before the cards."""
    shapes = "".join(
        f'<symbol id="pic{number}" viewBox="0 0 56 56"><rect width="56" height="56" '
        f'style="fill:oklch(.48 .09 var(--h))"/>'
        f'<g style="fill:oklch(.66 .12 var(--h))">{shape}</g></symbol>'
        for number, shape in enumerate(_SHAPES)
    )
    return f'<svg class="sprite" width="0" height="0" aria-hidden="true">{shapes}{SPRITE if themes else ""}</svg>'
