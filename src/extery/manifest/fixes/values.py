"""Fixes of texts, types and versions."""

from __future__ import annotations

import re

from extery.manifest import edit
from extery.manifest.fixes.finding import Finding, ManifestFix, literal, value_at
from extery.manifest.positions import TomlPath, find_offsets


def stripped(found: Finding) -> ManifestFix | None:
    return found.to(found.value.strip(), reveals=True)


def one_line(found: Finding) -> ManifestFix | None:
    text = " ".join(found.value.split())
    return found.to(text, reveals=True) if text.isprintable() and found.field != "wheels" else None


def visible(found: Finding) -> ManifestFix | None:
    from extery.core.invisible import remove_invisible  # rarely needed
    from extery.manifest.visible_text import is_prose

    text = remove_invisible(found.value, is_prose=is_prose(found.field)).strip()
    return found.to(text, is_safe=found.field != "id")


def without_punctuation(found: Finding) -> ManifestFix | None:
    text = found.value
    while text and not (text[-1].isalnum() or text[-1] in ")]}"):
        text = text[:-1]
    return found.to(text)


def left_out(found: Finding) -> ManifestFix | None:
    """Remove an optional field that is empty; a permission's reason is not optional."""
    from extery.manifest.schemas.v1_0_0 import FIELDS

    is_optional = len(found.path) == 1 and not FIELDS[found.field].required
    return found.removed() if is_optional else None


def item_removed(found: Finding) -> ManifestFix | None:
    """Remove an item of a list, and an optional list of which nothing is left."""
    if len(value_at(found.table, found.path[:-1])) > 1:
        return found.removed()
    return left_out(found._replace(path=found.path[:-1]))


def removed(found: Finding) -> ManifestFix | None:
    return found.removed()


def suggested_id(found: Finding) -> ManifestFix | None:
    return found.to(literal(found.values["suggestion"]), is_safe=False)


def converted(found: Finding) -> ManifestFix | None:
    """Write a value in the type of its field: a text as a list, the number of a version as a text."""
    from extery.manifest.schemas.v1_0_0 import FIELDS

    value, type_ = found.value, FIELDS[found.field].type
    if type_ is list and isinstance(value, str) and value.strip():
        return listed(found)
    if type_ is not str:
        return None
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return found.to(value[0])
    if "version" not in found.field or isinstance(value, bool):
        return None
    if isinstance(value, list) and 2 <= len(value) <= 3 and all(type(n) is int for n in value):
        return found.to(".".join(map(str, [*value, 0][:3])))
    if isinstance(value, int | float):
        return ManifestFix(lambda text: _quoted_number(text, found.path))
    return None


def _quoted_number(text: str, path: TomlPath) -> str:
    """Write a number as a version: by its text, since 4.10 is not 4.1."""
    place = find_offsets(text)[path]
    parts = text[place.value : place.end].split(".")
    if not all(part.isdecimal() for part in parts):
        raise edit.InapplicableEdit
    return edit.set_value(text, path, ".".join([*parts, "0", "0"][:3]))


def listed(found: Finding) -> ManifestFix | None:
    items = [found.value.strip()]
    if found.field in ("tags", "platforms"):
        items = [part.strip() for part in found.value.split(",") if part.strip()]
    if found.field != "license":
        return found.to(items, reveals=True)
    from extery.core.license_aliases import suggest_license
    from extery.core.licenses import PREFIX, canonical_expression

    suggestion = suggest_license(items[0])
    is_same = canonical_expression(items[0]) == suggestion
    if not suggestion:
        return found.to(items, reveals=True)
    return found.to([PREFIX + suggestion], is_safe=is_same)


def version(found: Finding) -> ManifestFix | None:
    """Complete a version; other texts than numbers and a v in front of them are a guess."""
    if re.match(r"\s*[vV]?\d+(\.\d+){3}", found.value):
        return None  # a number would be lost
    numbers = re.fullmatch(r"\s*[vV]?\s*(\d+(?:\.\d+){0,2})(?:\.x)?\s*", found.value)
    is_schema = found.field == "schema_version"
    if found.field == "blender_version_max" and "x" in found.value:
        numbers = None  # is all of 4.2 meant?
    suggestion = "1.0.0" if is_schema else str(found.values["suggestion"])
    return found.to(suggestion, is_safe=is_schema or numbers is not None, reveals=True)


def exclusive_maximum(found: Finding) -> ManifestFix | None:
    if found.variant == "open":  # no Blender has such a number
        return found.removed()
    return found.to(found.values["suggestion"], is_safe=False)


def ascii_digits(found: Finding) -> ManifestFix | None:
    return found.to("".join(str(int(c)) if c.isdigit() else c for c in found.value))
