"""The licence and the copyright of an add-on from its headers and files, with the evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from extery.author.convert.source import SourceFile
from extery.author.convert.values import Value
from extery.core.copyright_years import suggest_copyright
from extery.core.license_aliases import is_ambiguous, replace_deprecated, suggest_license
from extery.core.license_texts import MAX_TEXT_BYTES, identify_texts, is_text_of
from extery.core.licenses import PREFIX, canonical_expression
from extery.rules.license_files import is_license_file
from extery.rules.spdx_headers import header_in

DEFAULT = "GPL-3.0-or-later"
_HEAD = 16_000
_MAX_FILES = 400
_MAX_LICENSES = 5
_MAX_COPYRIGHTS = 10
_LATER = re.compile(r"any\s+(?:#\s*)?later\s+(?:#\s*)?version", re.IGNORECASE)
_GNU_TEXTS = re.compile(r"(?:A|L)?GPL-\d\.\d")
_COPYRIGHT = re.compile(
    r"^[ \t]*[#*/;]*[ \t]*(?:SPDX-FileCopyrightText:|(?:\(c\)|\u00a9|copyright\b))[^\n]{0,200}",
    re.IGNORECASE | re.MULTILINE,
)
#: Those of the licence itself, or of its template.
_NO_COPYRIGHT = re.compile(
    r"free software foundation|<year>|name of author|\[yyyy\]", re.IGNORECASE
)


class Evidence(NamedTuple):
    """A licence and where it was found: ``header``, ``notice``, ``file`` or ``bl_info``, the strongest first."""

    license: str
    kind: str
    place: str
    is_certain: bool


def find_license(
    files: Mapping[str, SourceFile], own: list[str], stated: tuple[str, str]
) -> tuple[Value, list[Evidence]]:
    """Return the field ``license`` and all evidence; ``own`` are the modules that the author wrote, the main one first.

    ``stated`` is the licence in ``bl_info`` and its place.
    """
    evidence = [*_headers(files, own), *_texts(files)]
    if stated[0] and (name := suggest_license(stated[0])):
        evidence.append(Evidence(name, "bl_info", stated[1], not is_ambiguous(name)))
    for kind in ("header", "notice", "file", "bl_info"):
        found = [one for one in evidence if one.kind == kind]
        if found:
            value = _value(found)
            others = [one for one in evidence if one.kind == "file" and not _agree(one, found)]
            if kind != "file" and others:
                source = f"{value.source}, while {others[0].place} is {others[0].license}"
                value = value._replace(source=source, certainty="guessed")
            return value, evidence
    missing = Value(
        "license", [f"{PREFIX}{DEFAULT}"], "no header and no file names a licence", "missing"
    )
    return missing, evidence


def _value(found: list[Evidence]) -> Value:
    counts = Counter(one.license for one in found)
    names = [name for name, _ in counts.most_common(_MAX_LICENSES)]
    first = next(one for one in found if one.license == names[0])
    more = f" and {counts[names[0]] - 1} more" if counts[names[0]] > 1 else ""
    is_certain = all(one.is_certain for one in found)
    return Value(
        "license",
        [f"{PREFIX}{name}" for name in names],
        f"{first.place}, {_WORDS[first.kind]}{more}",
        "stated" if is_certain else "guessed",
    )


def _agree(text: Evidence, found: list[Evidence]) -> bool:
    """Return whether a text may be that of one of the licences; that of a GNU licence says nothing about later ones."""
    return any(is_text_of(re.sub(r"-or-later$", "", text.license), one.license) for one in found)


_WORDS = {
    "header": "SPDX header",
    "notice": "notice of the licence",
    "file": "text of the licence",
    "bl_info": "bl_info",
}


def _headers(files: Mapping[str, SourceFile], own: list[str]) -> list[Evidence]:
    found = []
    for name in own[:_MAX_FILES]:
        data = files[name].read(_HEAD)
        header = header_in(data)
        if header is not None:
            expression = canonical_expression(header.text)
            if expression is not None:
                place = f"{name}:{header.line}"
                is_certain = not is_ambiguous(expression)
                found.append(Evidence(replace_deprecated(expression), "header", place, is_certain))
                continue
        text = data.decode("utf-8", "replace")
        for license_text in sorted(identify_texts(text)):
            name_of, is_certain = _with_later(license_text, text)
            line = _line_of_notice(text)
            found.append(Evidence(name_of, "notice", f"{name}:{line}", is_certain))
    return found


def _with_later(name: str, text: str) -> tuple[str, bool]:
    """Return the identifier of a licence text, and whether it is certain that later versions are allowed or not."""
    if not _GNU_TEXTS.fullmatch(name):
        return name, True
    if _LATER.search(text):
        return f"{name}-or-later", True
    return f"{name}-or-later", False


def _line_of_notice(text: str) -> int:
    match = re.search(r"licen[cs]e|permission is hereby", text, re.IGNORECASE)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _texts(files: Mapping[str, SourceFile]) -> list[Evidence]:
    found = []
    for name in sorted(files, key=lambda name: (name.count("/"), name)):
        if name.count("/") > 1 or not is_license_file(name):
            continue
        text = files[name].read(MAX_TEXT_BYTES).decode("utf-8", "replace")
        for one in sorted(identify_texts(text)):
            # The text of a GNU licence does not say whether later ones are allowed.
            is_gnu = _GNU_TEXTS.fullmatch(one) is not None
            license_name = f"{one}-or-later" if is_gnu else one
            found.append(Evidence(license_name, "file", f"{name}:1", not is_gnu))
    return found


def find_copyright(files: Mapping[str, SourceFile], own: list[str]) -> Value | None:
    """Return the notices of the modules' heads, in the form that Blender requires."""
    found: dict[str, str] = {}
    for name in own[:_MAX_FILES]:
        text = files[name].read(_HEAD // 4).decode("utf-8", "replace")
        for match in _COPYRIGHT.finditer(text):
            line = re.sub(r"^[ \t]*[#*/;]*[ \t]*(?:SPDX-FileCopyrightText:)?", "", match[0])
            notice = suggest_copyright(line.strip(" \t*#/.\r"))
            if notice and not _NO_COPYRIGHT.search(line) and len(notice) < 100:
                number = text.count("\n", 0, match.start()) + 1
                found.setdefault(notice.rstrip("."), f"{name}:{number}")
    if not found:
        return None
    notices = [*found][:_MAX_COPYRIGHTS]
    return Value("copyright", notices, next(iter(found.values())), "stated")
