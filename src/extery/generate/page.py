"""The page of a static repository: read in any browser, dragged from into Blender's window.

The page is a template with two names, ``${body}`` and ``${date}``; ours stands in ``page.html``
and is a good start for one's own. Every text from a package is escaped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlencode

from extery.core import platforms
from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.files import human_size
from extery.core.listing import Entry, entry_range
from extery.core.versions import format_blender_version

#: Type -> heading, in the order of the page.
_HEADINGS = {"add-on": "Add-ons", "theme": "Themes"}
_COLUMNS = ("Extension", "Blender", "Python", "Platforms", "Size", "Install")
_NAMES = ("body", "date")


def page(entries: Sequence[Entry], blocklist: Iterable[Mapping[str, Any]], *, template: str) -> str:
    """The page with a table for each type; ``template`` comes from `read_template`."""
    blocked = {block["id"]: str(block["reason"]) for block in blocklist}
    sections = [
        _section(heading, [item for item in entries if item["type"] == type_], blocked)
        for type_, heading in _HEADINGS.items()
    ]
    body = "\n".join(filter(None, sections)) or '<p class="soft">There are no packages yet.</p>'
    return Template(template).substitute(body=body, date=_now())


def _now() -> str:
    """The time for ``${date}``, in UTC; ``SOURCE_DATE_EPOCH`` stands for it where it is set."""
    from datetime import UTC, datetime

    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    time = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    return f"{time:%Y-%m-%d, %H:%M}"


def _section(heading: str, entries: Sequence[Entry], blocked: Mapping[str, str]) -> str:
    if not entries:
        return ""
    columns = "".join(f'<th scope="col">{column}</th>' for column in _COLUMNS)
    rows = "\n".join(_row(item, blocked.get(item["id"])) for item in entries)
    return (
        f"<h2>{heading} <span>{len(entries)}</span></h2>\n"
        f"<table>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    )


def _row(item: Entry, reason: str | None) -> str:
    version = escape(item["version"])
    name = (
        f'<span class="name">{escape(item["name"])}</span> <span class="version">{version}</span>'
    )
    cells = [
        _cell("Blender", [_blender_versions(item)]),
        _cell("Python", item.get("python_versions", ["any"])),
        _cell("Platforms", [platforms.title(name) for name in item.get("platforms", ["all"])]),
        _cell("Size", [human_size(item["archive_size"])]),
        f"<td>{_install(item, reason)}</td>",
    ]
    return (
        f'<tr>\n<th scope="row">{name}<br>\n{escape(item["tagline"])}<br>\n{_origin(item)}</th>\n'
        + "\n".join(cells)
        + "\n</tr>"
    )


def _cell(label: str, lines: Sequence[str]) -> str:
    text = "".join(f'<span class="row">{escape(line)}</span>' for line in lines)
    return f'<td data-label="{label}">{text if len(lines) > 1 else escape(lines[0])}</td>'


def _blender_versions(item: Entry) -> str:
    low, high = entry_range(item)
    if high is None:
        return f"{format_blender_version(low)} or newer"
    return f"{format_blender_version(low)} to below {format_blender_version(high)}"


def _origin(item: Entry) -> str:
    # The address behind a name is for Blender's preferences, not for whoever collects addresses.
    person = re.sub(r"\s*<[^>]*>", "", item["maintainer"]).strip() or item["maintainer"]
    parts = [f'<span class="id">{escape(item["id"])}</span>', escape(person)]
    website = item.get("website", "")
    # Any text may stand in a manifest, also one that a browser would run.
    if website.lower().startswith(("https://", "http://")):
        parts.append(f'<a href="{escape(website)}" rel="nofollow noopener">Website</a>')
    return f'<span class="soft">{" · ".join(parts)}</span>'


def _install(item: Entry, reason: str | None) -> str:
    if reason is not None:
        return f'<span class="blocked">Blocked: {escape(reason)}</span>'
    label = escape(f"Drag {item['name']} {item['version']} into Blender")
    return f'<a class="get" href="{escape(drag_link(item))}" aria-label="{label}">Drag into Blender</a>'


def drag_link(item: Entry) -> str:
    """The address of a package with what Blender needs to know when it is dropped.

    Relative to the page, which lies beside ``index.json`` and the packages.
    """
    parameters = {
        "repository": "./index.json",
        "blender_version_min": item["blender_version_min"],
        "blender_version_max": item.get("blender_version_max", ""),
        "platforms": ",".join(item.get("platforms", ())),
        "python_versions": ",".join(item.get("python_versions", ())),
    }
    query = urlencode({key: value for key, value in parameters.items() if value})
    return f"{item['archive_url']}?{query}"


def read_template(path: Path | None, problems: ProblemList) -> str:
    """The text of a page's template, ours without a ``path``.

    Raises `InvalidInput` with everything that is wrong with it.
    """
    if path is None:
        return files("extery.generate").joinpath("page.html").read_text("utf-8")
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
        elif name and name not in _NAMES:
            problems.add(
                "generate.template-unknown-name",
                f"{match[0]} is not known",
                hint="known are ${body} and ${date}; write $$ for a dollar",
                where=where,
            )
    if "body" not in used:
        problems.add(
            "generate.template-without-body",
            "the template has no ${body}: the page will list nothing",
            hint="write ${body} where the extensions belong",
            where=Where(file),
        )
