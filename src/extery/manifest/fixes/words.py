"""Fixes of words that have to be among known ones: types, tags, platforms, licences."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from extery.core.types import TYPE_NAMES
from extery.manifest import edit
from extery.manifest.fixes.finding import Finding, ManifestFix, plain, value_at

#: Of two spellings of a tag: 'Compositor' is 'Compositing', and 'General' is not 'Render'.
MIN_SIMILAR = 0.75


def fix_type(found: Finding) -> ManifestFix | None:
    if found.variant:
        return None
    word = plain(found.value)
    same = [name for name in TYPE_NAMES if plain(name) == word]
    if same:
        return found.to(same[0], reveals=True)
    is_guess = any(plain(name) in word for name in TYPE_NAMES)
    if not is_guess:
        return None
    return found.to(found.values["suggestion"], is_safe=False, reveals=True)


def tag(found: Finding) -> ManifestFix | None:
    if found.variant != "similar":
        return None
    tag = str(found.values["similar"])
    same = SequenceMatcher(None, tag.lower(), found.value.lower()).ratio()
    return found.to(tag, is_safe=plain(tag) == plain(found.value)) if same >= MIN_SIMILAR else None


def platform(found: Finding) -> ManifestFix | None:
    from extery.core.platform_aliases import is_every_platform, suggest_platforms

    listed = value_at(found.table, found.path[:-1])
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


def fix_license(found: Finding) -> ManifestFix | None:
    """A missing prefix and a renamed identifier are certain; which licence a word or 'GPL-3.0' stands for is not."""
    if "suggestion" not in found.values:
        return None
    return found.to(found.values["suggestion"], is_safe=found.variant == "")


def fix_copyright(found: Finding) -> ManifestFix | None:
    if found.variant != "corrected":
        return None
    suggestion = str(found.values["suggestion"])
    dropped = {"copyright", "copr", "c", "by"}
    lost = _words(found.value) - _words(suggestion) - dropped
    return found.to(suggestion, is_safe=not lost)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def website(found: Finding) -> ManifestFix | None:
    address = found.value.strip()
    is_address = re.fullmatch(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?:/\S*)?", address)
    return found.to(f"https://{address}", is_safe=False) if is_address else None


def slashes(found: Finding) -> ManifestFix | None:
    return found.to(found.value.replace("\\", "/")) if '"' not in found.value else None
