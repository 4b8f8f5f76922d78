"""Fixes of keys that Blender ignores or misses, and of the table ``build``."""

from __future__ import annotations

import tomllib

from extery.manifest import edit
from extery.manifest.fixes.finding import Finding, ManifestFix, literal, plain


def missing(found: Finding) -> ManifestFix | None:
    """Write the field in place of the key that its author took for it."""
    if found.field == "schema_version":
        return ManifestFix(lambda text: edit.add_field(text, "schema_version", "1.0.0"))
    if found.variant != "renamed":
        return None
    alias = literal(found.values["alias"])
    return rewritten(found._replace(path=(alias,), value=found.table[alias]), "suggestion")


def rewritten(found: Finding, line: str) -> ManifestFix:
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


def key(found: Finding) -> ManifestFix | None:
    """Rename or move a key that Blender ignores. What changes the package or who is offered it is not safe."""
    variant, parent = found.variant, len(found.path) > 1
    if variant == "renamed":
        return rewritten(found, "line")
    if variant == "similar":
        name = str(found.values["similar"])
        has_effect = parent or name in ("platforms", "wheels", "blender_version_max")
        return found.renamed(
            name, is_safe=not has_effect and plain(name) == plain(str(found.path[-1]))
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


def permission(found: Finding) -> ManifestFix | None:
    if found.variant == "misplaced":
        return found.moved("", is_safe=True)
    if found.variant == "other-type":
        return found.removed(is_safe=False)
    if found.variant == "similar":
        name = str(found.values["similar"])
        return found.renamed(name, is_safe=plain(name) == plain(str(found.path[-1])))
    return None


def library_url(found: Finding) -> ManifestFix | None:
    return found.renamed("remote_url", is_safe=False) if found.variant == "similar" else None


def library_key(found: Finding) -> ManifestFix | None:
    if found.variant != "similar":
        return None
    return found.renamed(str(found.values["similar"]), is_safe=False)


def build_list(found: Finding) -> ManifestFix | None:
    return (
        found.to([found.value])
        if found.variant == "list" and isinstance(found.value, str)
        else None
    )


def pattern(found: Finding) -> ManifestFix | None:
    """Write the patterns that the author meant, if there is one reading."""
    if found.variant == "backslash":
        return found.to(found.value.replace("\\", "/"), is_safe=False)
    if not found.values.get("corrected"):
        return None
    first, *others = literal(f"[{found.values['corrected']}]")

    def change(text: str) -> str:
        text = edit.set_value(text, found.path, first)
        return edit.append_items(text, found.path[:-1], others) if others else text

    return ManifestFix(change, is_safe=False)
