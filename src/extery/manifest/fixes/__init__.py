"""The fixes of problems of a manifest: those whose hint names one certain cure, and some that are a guess.

A fix is safe if the manifest says the same afterwards, in a form that Blender accepts or reads. It is not if its author may
have meant something else, if it changes what is packed or who is offered the extension, or if it touches the id.
There is no fix where a text would have to be invented: names, reasons of permissions, descriptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from extery.core.errors import Problem
from extery.manifest.fixes import keys, values, words
from extery.manifest.fixes.finding import Change, Finding, ManifestFix, value_at

__all__ = ["Change", "ManifestFix", "find_fix"]


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
        return find(Finding(path, value_at(table, path), dict(problem.values), table))
    except (TypeError, ValueError, AttributeError, SyntaxError):
        return None  # the value is of another type than the fix is for


#: Code, or its last part for the codes of all fields -> its fix.
_FIXES: dict[str, Callable[[Finding], ManifestFix | None]] = {
    **dict.fromkeys(("outer-whitespace", "trailing-newline"), values.stripped),
    "control-character": values.one_line,
    "invisible": values.visible,
    "trailing-punctuation": values.without_punctuation,
    **dict.fromkeys(("empty", "no-reasons"), values.left_out),
    **dict.fromkeys(("duplicate", "none-for-type"), values.removed),
    "blank-item": values.item_removed,
    **dict.fromkeys(
        ("not-identifier", "double-underscore", "outer-underscore"), values.suggested_id
    ),
    "missing": keys.missing,
    "wrong-type": values.converted,
    **dict.fromkeys(("bad-version", "not-three-numbers", "not-numbers"), values.version),
    "manifest.schema_version.unknown": values.version,
    "too-old": lambda found: found.to(found.values["first"]),
    "odd-digits": values.ascii_digits,
    "inclusive": values.exclusive_maximum,
    "unknown-type": words.fix_type,
    "unknown-tag": words.tag,
    "manifest.platforms.unknown": words.platform,
    "manifest.platforms.no-effect": lambda found: found.removed(is_safe=False),
    "manifest.wheels.no-effect": values.removed,
    **dict.fromkeys(("no-prefix", "deprecated"), words.fix_license),
    "manifest.license.unknown": words.fix_license,
    "bad-year": words.fix_copyright,
    "not-url": words.website,
    "bad-character": words.slashes,
    "manifest.key.unknown": keys.key,
    "unknown-key": keys.permission,
    "manifest.asset_library.url-missing": keys.library_url,
    "manifest.asset_library.unknown-key": keys.library_key,
    **dict.fromkeys(("reserved", "ignored-value", "pattern-empty", "path-empty"), values.removed),
    **dict.fromkeys(("path-twice", "path-is-manifest"), values.removed),
    "path-bad-character": lambda found: found.to(found.values["corrected"]),
    "build.wrong-type": keys.build_list,
    "pattern-without-effect": keys.pattern,
}
