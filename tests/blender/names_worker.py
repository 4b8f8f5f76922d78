"""Prints the names that a Blender registers, as JSON. Runs inside of it, with the standard library only."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found]

KINDS = ("Panel", "Menu", "Header", "UIList")


def operators() -> Iterator[tuple[str, bool]]:
    """Yield the names of operators, and whether they are written in C: a class of that name cannot be registered."""
    find = bpy.types.Operator.bl_rna_get_subclass_py
    for module in dir(bpy.ops):
        for name in dir(getattr(bpy.ops, module)):
            yield f"{module}.{name}", find(f"{module.upper()}_OT_{name}") is None


def interface(kind: type) -> Iterator[str]:
    """Yield the identifiers of the registered classes of a kind."""
    for one in kind.__subclasses__():
        if getattr(one, "is_registered", False):
            yield getattr(one, "bl_idname", "") or one.__name__
        yield from interface(one)


def of_add_ons() -> Iterator[list[str]]:
    """Yield kind, name and add-on of the classes of the add-ons that Blender ships, also of those that are disabled."""
    folder = Path(bpy.utils.resource_path("LOCAL"), "scripts", "addons_core")
    for path in sorted(folder.rglob("*.py")):
        add_on = path.relative_to(folder).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ClassDef):
                yield from ([*row, add_on] for row in named(node))


def named(node: ast.ClassDef) -> Iterator[list[str]]:
    bases = {
        base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        for base in node.bases
    }
    idnames = [
        str(statement.value.value)
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
        for one in statement.targets
        if isinstance(one, ast.Name) and one.id == "bl_idname"
    ]
    idname = idnames[-1] if idnames else ""
    for kind in ("Operator", *KINDS):
        if kind in bases and (idname or kind != "Operator"):
            yield [kind, idname or node.name]


def main() -> None:
    names: dict[str, Any] = {
        kind: sorted(set(interface(getattr(bpy.types, kind)))) for kind in KINDS
    }
    names["Operator"] = sorted({name for name, _ in operators()})
    names["native"] = sorted({name for name, is_native in operators() if is_native})
    names["add-ons"] = list(of_add_ons())
    print(json.dumps(names))
    sys.stdout.flush()
    os._exit(0)  # the exit of a Blender without a window may crash


main()
