"""The fixes of problems of a manifest: those whose hint names one certain cure, and some that are a guess.

A fix is safe if the manifest says the same afterwards, in a form that Blender accepts or reads. It is not if its author may
have meant something else, if it changes what is packed or who is offered the extension, or if it touches the id.
There is no fix where a text would have to be invented: names, reasons of permissions, descriptions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from extery.core.errors import Problem
from extery.core.types import TYPE_NAMES
from extery.manifest import edit
from extery.manifest.positions import TomlPath, find_offsets

#: Of two spellings of a tag: 'Compositor' is 'Compositing', and 'General' is not 'Render'.
MIN_SIMILAR = 0.75
#: Returns the changed text of a manifest; raises `extery.manifest.edit.InapplicableEdit`.
Change = Callable[[str], str]


class ManifestFix(NamedTuple):
    """A change of the text of a manifest that removes a problem, and whether it is safe.

    ``reveals``: other problems of what was there before can be reported only afterwards.
    """

    change: Change
    is_safe: bool = True
    reveals: bool = False


class _Finding(NamedTuple):
    """A problem of a manifest: its place, the value there, its own values, and the table of the manifest."""

    path: TomlPath
    value: Any
    values: Mapping[str, Any]
    table: Mapping[str, Any]

    @property
    def field(self) -> str:
        return str(self.path[0]) if self.path else ""

    @property
    def variant(self) -> str:
        return str(self.values.get("variant", ""))

    def to(
        self, value: str | Sequence[str], *, is_safe: bool = True, reveals: bool = False
    ) -> ManifestFix | None:
        """Return the fix that sets the value; the item is removed if the list has the new one already."""
        if not value or value == self.value:
            return None
        if isinstance(self.path[-1], int) and value in _at(self.table, self.path[:-1]):
            return self.removed(is_safe=is_safe)
        return ManifestFix(lambda text: edit.set_value(text, self.path, value), is_safe, reveals)

    def removed(self, *, is_safe: bool = True) -> ManifestFix:
        return ManifestFix(lambda text: edit.remove(text, self.path), is_safe)

    def renamed(self, name: str, *, is_safe: bool) -> ManifestFix:
        return ManifestFix(
            lambda text: edit.rename_key(text, self.path, name), is_safe, reveals=True
        )

    def moved(self, table: str, *, is_safe: bool) -> ManifestFix:
        """Return the fix that moves a key; the table that it leaves is removed if nothing else is in it."""

        def change(text: str) -> str:
            text = edit.move_key(text, self.path, table=table)
            parent = self.path[:-1]
            return (
                edit.remove(text, parent) if parent and len(_at(self.table, parent)) == 1 else text
            )

        return ManifestFix(change, is_safe, reveals=True)


def find_fix(problem: Problem, table: Mapping[str, Any] | None) -> ManifestFix | None:
    """Return the fix of a problem of a manifest with this table, or ``None``."""
    if problem.code == "manifest.toml.bom":
        return ManifestFix(lambda text: text.removeprefix("\ufeff"))
    if table is None or not problem.code.startswith(("manifest.", "build.")):
        return None
    find, path = _FIXES.get(problem.code), problem.where.path
    if find is None and not problem.code.startswith("manifest.asset_library."):
        find = _FIXES.get(problem.code.rpartition(".")[2])
    if find is None:
        return None
    try:
        return find(_Finding(path, _at(table, path), dict(problem.values), table))
    except (TypeError, ValueError, AttributeError, SyntaxError):
        return None  # the value is of another type than the fix is for


def _at(table: Mapping[str, Any], path: TomlPath) -> Any:
    value: Any = table
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _plain(text: str) -> str:
    """Return the letters and digits of a text, for comparing spellings; without the s of a plural."""
    return re.sub(r"[\W_]+", "", text.lower()).rstrip("s")


# Texts


def _stripped(found: _Finding) -> ManifestFix | None:
    return found.to(found.value.strip(), reveals=True)


def _one_line(found: _Finding) -> ManifestFix | None:
    text = " ".join(found.value.split())
    return found.to(text, reveals=True) if text.isprintable() and found.field != "wheels" else None


def _visible(found: _Finding) -> ManifestFix | None:
    from extery.core.invisible import remove_invisible  # rarely needed
    from extery.manifest.visible_text import is_prose

    text = remove_invisible(found.value, is_prose=is_prose(found.field)).strip()
    return found.to(text, is_safe=found.field != "id")


def _without_punctuation(found: _Finding) -> ManifestFix | None:
    text = found.value
    while text and not (text[-1].isalnum() or text[-1] in ")]}"):
        text = text[:-1]
    return found.to(text)


def _left_out(found: _Finding) -> ManifestFix | None:
    """Remove an optional field that is empty; a reason of a permission is none."""
    from extery.manifest.schemas.v1_0_0 import FIELDS

    is_optional = len(found.path) == 1 and not FIELDS[found.field].required
    return found.removed() if is_optional else None


def _item_removed(found: _Finding) -> ManifestFix | None:
    """Remove an item of a list, and an optional list of which nothing is left."""
    if len(_at(found.table, found.path[:-1])) > 1:
        return found.removed()
    return _left_out(found._replace(path=found.path[:-1]))


def _removed(found: _Finding) -> ManifestFix | None:
    return found.removed()


def _suggested_id(found: _Finding) -> ManifestFix | None:
    return found.to(_literal(found.values["suggestion"]), is_safe=False)


def _literal(quoted: str) -> Any:
    import ast

    return ast.literal_eval(quoted)


# Types


def _converted(found: _Finding) -> ManifestFix | None:
    """Write a value in the type of its field: a text as a list, the number of a version as a text."""
    from extery.manifest.schemas.v1_0_0 import FIELDS

    value, type_ = found.value, FIELDS[found.field].type
    if type_ is list and isinstance(value, str) and value.strip():
        return _listed(found)
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


def _listed(found: _Finding) -> ManifestFix | None:
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


# Versions


def _version(found: _Finding) -> ManifestFix | None:
    """Complete a version; other texts than numbers and a v in front of them are a guess."""
    if re.match(r"\s*[vV]?\d+(\.\d+){3}", found.value):
        return None  # a number would be lost
    numbers = re.fullmatch(r"\s*[vV]?\s*(\d+(?:\.\d+){0,2})(?:\.x)?\s*", found.value)
    is_schema = found.field == "schema_version"
    if found.field == "blender_version_max" and "x" in found.value:
        numbers = None  # is all of 4.2 meant?
    suggestion = "1.0.0" if is_schema else str(found.values["suggestion"])
    return found.to(suggestion, is_safe=is_schema or numbers is not None, reveals=True)


def _exclusive_maximum(found: _Finding) -> ManifestFix | None:
    if found.variant == "open":  # no Blender has such a number
        return found.removed()
    return found.to(found.values["suggestion"], is_safe=False)


def _ascii_digits(found: _Finding) -> ManifestFix | None:
    return found.to("".join(str(int(c)) if c.isdigit() else c for c in found.value))


# Words of lists


def _type(found: _Finding) -> ManifestFix | None:
    if found.variant:
        return None
    word = _plain(found.value)
    same = [name for name in TYPE_NAMES if _plain(name) == word]
    if same:
        return found.to(same[0], reveals=True)
    is_guess = any(_plain(name) in word for name in TYPE_NAMES)
    if not is_guess:
        return None
    return found.to(found.values["suggestion"], is_safe=False, reveals=True)


def _tag(found: _Finding) -> ManifestFix | None:
    if found.variant != "similar":
        return None
    tag = str(found.values["similar"])
    same = SequenceMatcher(None, tag.lower(), found.value.lower()).ratio()
    return (
        found.to(tag, is_safe=_plain(tag) == _plain(found.value)) if same >= MIN_SIMILAR else None
    )


def _platform(found: _Finding) -> ManifestFix | None:
    from extery.core.platform_aliases import is_every_platform, suggest_platforms

    listed = _at(found.table, found.path[:-1])
    if is_every_platform(found.value):
        field = found._replace(path=found.path[:-1])
        return field.removed() if len(listed) == 1 else None
    names = suggest_platforms(found.value)
    if len(names) <= 1:
        return found.to(names[0]) if names else None
    first, *others = [name for name in names if name not in listed] or names
    changed = found.to(first, is_safe=False)
    if changed is None or not others:
        return changed

    def change(text: str) -> str:
        return edit.append_items(changed.change(text), found.path[:-1], others)

    return ManifestFix(change, is_safe=False)


def _license(found: _Finding) -> ManifestFix | None:
    """A missing prefix and a renamed identifier are certain; which licence a word or 'GPL-3.0' stands for is not."""
    if "suggestion" not in found.values:
        return None
    return found.to(found.values["suggestion"], is_safe=found.variant == "")


def _copyright(found: _Finding) -> ManifestFix | None:
    if found.variant != "corrected":
        return None
    suggestion = str(found.values["suggestion"])
    dropped = {"copyright", "copr", "c", "by"}
    lost = _words(found.value) - _words(suggestion) - dropped
    return found.to(suggestion, is_safe=not lost)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _website(found: _Finding) -> ManifestFix | None:
    address = found.value.strip()
    is_address = re.fullmatch(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?:/\S*)?", address)
    return found.to(f"https://{address}", is_safe=False) if is_address else None


def _slashes(found: _Finding) -> ManifestFix | None:
    return found.to(found.value.replace("\\", "/")) if '"' not in found.value else None


# Keys


def _missing(found: _Finding) -> ManifestFix | None:
    """Write the field in place of the key that its author took for it."""
    if found.field == "schema_version":
        return ManifestFix(lambda text: edit.add_field(text, "schema_version", "1.0.0"))
    if found.variant != "renamed":
        return None
    alias = _literal(found.values["alias"])
    return _rewritten(found._replace(path=(alias,), value=found.table[alias]), "suggestion")


def _rewritten(found: _Finding, line: str) -> ManifestFix:
    """Replace the line of a key by that of the field that it stands for."""
    [(name, value)] = tomllib.loads(found.values[line]).items()
    is_safe = name != "license" or all(
        f"SPDX:{item}" in value or item in value for item in found.value
    )

    def change(text: str) -> str:
        if value != found.value:
            text = edit.set_value(text, found.path, value)
        return edit.rename_key(text, found.path, name)

    return ManifestFix(change, is_safe)


def _key(found: _Finding) -> ManifestFix | None:
    """Rename or move a key that Blender ignores. What changes the package or who is offered it is not safe."""
    variant, parent = found.variant, len(found.path) > 1
    if variant == "renamed":
        return _rewritten(found, "line")
    if variant == "similar":
        name = str(found.values["similar"])
        has_effect = parent or name in ("platforms", "wheels", "blender_version_max")
        return found.renamed(
            name, is_safe=not has_effect and _plain(name) == _plain(str(found.path[-1]))
        )
    if variant == "covered":
        return found.removed(is_safe=False)
    if variant == "permission":
        has_reason = isinstance(found.value, str) and found.value.strip()
        return found.moved("permissions", is_safe=True) if has_reason else None
    if variant == "build":
        return found.moved("build", is_safe=False)
    if variant == "misplaced":
        has_effect = found.path[-1] in ("platforms", "wheels", "blender_version_max")
        return found.moved("", is_safe=not has_effect)
    return None


def _permission(found: _Finding) -> ManifestFix | None:
    if found.variant == "misplaced":
        return found.moved("", is_safe=True)
    if found.variant == "other-type":
        return found.removed(is_safe=False)
    if found.variant == "similar":
        name = str(found.values["similar"])
        return found.renamed(name, is_safe=_plain(name) == _plain(str(found.path[-1])))
    return None


def _library_url(found: _Finding) -> ManifestFix | None:
    return found.renamed("remote_url", is_safe=False) if found.variant == "similar" else None


def _library_key(found: _Finding) -> ManifestFix | None:
    if found.variant != "similar":
        return None
    return found.renamed(str(found.values["similar"]), is_safe=False)


# [build]


def _build_list(found: _Finding) -> ManifestFix | None:
    return (
        found.to([found.value])
        if found.variant == "list" and isinstance(found.value, str)
        else None
    )


def _pattern(found: _Finding) -> ManifestFix | None:
    """Write the patterns that the author meant, if there is one reading."""
    if found.variant == "backslash":
        return found.to(found.value.replace("\\", "/"), is_safe=False)
    if not found.values.get("corrected"):
        return None
    first, *others = _literal(f"[{found.values['corrected']}]")

    def change(text: str) -> str:
        text = edit.set_value(text, found.path, first)
        return edit.append_items(text, found.path[:-1], others) if others else text

    return ManifestFix(change, is_safe=False)


#: Code, or its last part for the codes of all fields -> its fix.
_FIXES: dict[str, Callable[[_Finding], ManifestFix | None]] = {
    **dict.fromkeys(("outer-whitespace", "trailing-newline"), _stripped),
    "control-character": _one_line,
    "invisible": _visible,
    "trailing-punctuation": _without_punctuation,
    **dict.fromkeys(("empty", "no-reasons"), _left_out),
    **dict.fromkeys(("duplicate", "none-for-type"), _removed),
    "blank-item": _item_removed,
    **dict.fromkeys(("not-identifier", "double-underscore", "outer-underscore"), _suggested_id),
    "missing": _missing,
    "wrong-type": _converted,
    **dict.fromkeys(("bad-version", "not-three-numbers", "not-numbers"), _version),
    "manifest.schema_version.unknown": _version,
    "too-old": lambda found: found.to(found.values["first"]),
    "odd-digits": _ascii_digits,
    "inclusive": _exclusive_maximum,
    "unknown-type": _type,
    "unknown-tag": _tag,
    "manifest.platforms.unknown": _platform,
    "manifest.platforms.no-effect": lambda found: found.removed(is_safe=False),
    "manifest.wheels.no-effect": _removed,
    **dict.fromkeys(("no-prefix", "deprecated"), _license),
    "manifest.license.unknown": _license,
    "bad-year": _copyright,
    "not-url": _website,
    "bad-character": _slashes,
    "manifest.key.unknown": _key,
    "unknown-key": _permission,
    "manifest.asset_library.url-missing": _library_url,
    "manifest.asset_library.unknown-key": _library_key,
    **dict.fromkeys(("reserved", "ignored-value", "pattern-empty", "path-empty"), _removed),
    **dict.fromkeys(("path-twice", "path-is-manifest"), _removed),
    "path-bad-character": lambda found: found.to(found.values["corrected"]),
    "build.wrong-type": _build_list,
    "pattern-without-effect": _pattern,
}
