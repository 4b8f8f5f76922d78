"""Generates the table of Blender's names: ``python -m tests.blender.api_table [--python 4.3=PATH]... [--stubs FOLDER]``.

It asks every Blender of `tests.blender.install` and those whose Python is given, and writes the data file of
`extery.blender_api.table`. What was gone before the oldest of them is read from ``FOLDER/SERIES``, unpacked wheels of the PyPI
packages ``fake-bpy-module-SERIES``; without them, the old table's section is kept.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from extery.blender_api.table import DATA_FILE, ROOT
from extery.core.versions import BLENDER_SERIES, format_series
from tests.blender.install import RELEASES, installed

_WORKER = Path(__file__).with_name("api_names.py")
_MAX_NOTE = 160
#: Parameters of types, which only Python 3.12 and newer can read.
_GENERIC = re.compile(r"^(\s*(?:def|class) \w+)\[[^\]]*\]|^type (?=\w+ =)", re.M)
#: Types of members that Blender's own scripts define, and RNA does not tell.
_MORE_KINDS = {
    ("Object", "children"): "*Object",
    ("Object", "children_recursive"): "*Object",
    ("Object", "users_collection"): "*Collection",
    ("Object", "users_scene"): "*Scene",
    ("Collection", "users_dupli_group"): "*Object",
    ("Bone", "children_recursive"): "*Bone",
    ("Bone", "parent_recursive"): "*Bone",
    ("EditBone", "children"): "*EditBone",
    ("EditBone", "children_recursive"): "*EditBone",
    ("PoseBone", "children"): "*PoseBone",
    ("PoseBone", "children_recursive"): "*PoseBone",
    ("Mesh", "edge_keys"): "",
    ("bpy_struct", "driver_add"): "()=FCurve",
    ("bpy_struct", "id_data"): "=ID",
    ("BMesh", "verts"): "=BMVertSeq",
    ("BMesh", "edges"): "=BMEdgeSeq",
    ("BMesh", "faces"): "=BMFaceSeq",
    ("BMesh", "copy"): "()=BMesh",
    ("BMFace", "verts"): "*BMVert",
    ("BMFace", "edges"): "*BMEdge",
    ("BMFace", "loops"): "*BMLoop",
    ("BMVert", "link_edges"): "*BMEdge",
    ("BMVert", "link_faces"): "*BMFace",
    ("BMVert", "co"): "@Vector",
    ("BMVert", "normal"): "@Vector",
    ("BMEdge", "verts"): "*BMVert",
    ("BMEdge", "link_faces"): "*BMFace",
    ("BMLoop", "face"): "=BMFace",
    ("BMLoop", "vert"): "=BMVert",
    ("BMLoop", "edge"): "=BMEdge",
    **{
        ("Context", name): kind
        for kind, names in {
            "=Object": "object active_object edit_object pose_object sculpt_object vertex_paint_object"
            " weight_paint_object image_paint_object particle_edit_object",
            "*Object": "selected_objects selectable_objects visible_objects editable_objects objects_in_mode"
            " selected_editable_objects objects_in_mode_unique_data",
            "=EditBone": "active_bone",
            "*EditBone": "selected_bones visible_bones editable_bones selected_editable_bones",
            "=PoseBone": "active_pose_bone",
            "*PoseBone": "selected_pose_bones visible_pose_bones selected_pose_bones_from_active_object",
            "=Strip": "active_strip active_sequence_strip",
            "*Strip": "strips selected_strips selected_editable_strips sequences selected_sequences"
            " selected_editable_sequences",
            "=Action": "active_action",
            "*Action": "selected_editable_actions selected_visible_actions",
            "=FCurve": "active_editable_fcurve",
            "*FCurve": "visible_fcurves editable_fcurves selected_visible_fcurves selected_editable_fcurves",
            "=NlaStrip": "active_nla_strip",
            "*NlaStrip": "selected_nla_strips",
            "=NlaTrack": "active_nla_track",
            "=Operator": "active_operator",
            "()=Depsgraph": "evaluated_depsgraph_get",
            "=Mesh": "mesh",
            "=Armature": "armature",
            "=Curve": "curve",
            "=Material": "material",
            "=MaterialSlot": "material_slot",
            "=World": "world",
            "=Light": "light",
            "=Camera": "camera",
            "=Brush": "brush",
            "=Node": "active_node",
            "*Node": "selected_nodes",
            "=Image": "edit_image",
            "=Text": "edit_text",
            "=MovieClip": "edit_movieclip",
            "=Mask": "edit_mask",
            "=Scene": "sequencer_scene",
        }.items()
        for name in names.split()
    },
}
#: Members of the context that only some editors add, in all Blenders of the table.
_EDITOR_CONTEXT = (
    "mesh armature curve material material_slot world light camera brush active_node selected_nodes edit_image edit_text"
    " edit_movieclip edit_mask lattice meta_ball speaker lightprobe volume texture bone edit_bone pose_bone cloth soft_body"
    " fluid collision dynamic_paint particle_system particle_settings texture_slot line_style asset_handle active_file"
    " selected_files id selected_ids ui_list"
)
_FUNCTIONS = {
    ("bpy_extras.object_utils", "object_data_add"): "()=Object",
    ("bpy_extras.image_utils", "load_image"): "()=Image",
    ("bpy_extras.anim_utils", "bake_action"): "()=Action",
    ("bpy_extras.anim_utils", "action_get_channelbag_for_slot"): "()=ActionChannelbag",
    ("bpy_extras.anim_utils", "action_ensure_channelbag_for_slot"): "()=ActionChannelbag",
    ("bmesh", "new"): "()=BMesh",
    ("bmesh", "from_edit_mesh"): "()=BMesh",
    ("bmesh.types", "BMesh"): "()=BMesh",
    **{
        ("mathutils", name): f"()@{name}"
        for name in ("Vector", "Matrix", "Euler", "Quaternion", "Color")
    },
}


def ask(python: Path | str) -> Any:
    """Return the JSON of ``api_names.py``, run by a Blender's Python."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, "-I", _WORKER],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env={**os.environ, "BLENDER_USER_RESOURCES": folder},
        )
    return json.loads(done.stdout.splitlines()[-1])


def make_text(blenders: Mapping[str, Any], removed: Mapping[str, str]) -> str:
    """Return the text of the table from the names of each series, the oldest first."""
    sections = {
        "series": sorted(blenders, key=_series),
        "types": _types(blenders),
        "interface": _names(blenders, "interface"),
        "operators": _operators(blenders),
        "modules": _modules(blenders),
        "removed": [f"{name} {version}" for name, version in sorted(removed.items())],
        "deprecated": _deprecated(blenders),
        "casts": _casts(blenders),
    }
    return "\n".join(f"[{name}]\n" + "\n".join(lines) for name, lines in sections.items())


def _series(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)


def _bits(blenders: Mapping[str, Any]) -> dict[str, int]:
    return {series: 1 << index for index, series in enumerate(sorted(blenders, key=_series))}


def _collect(
    blenders: Mapping[str, Any], items: Callable[[Any], Iterator[tuple[str, str, str]]]
) -> tuple[dict[str, dict[str, dict[str, int]]], dict[str, int]]:
    """Return subject → name → kind → mask, and the mask of each subject."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    masks: dict[str, int] = {}
    for series, bit in _bits(blenders).items():
        for subject, name, kind in items(blenders[series]):
            masks[subject] = masks.get(subject, 0) | bit
            kinds = found.setdefault(subject, {}).setdefault(name, {})
            if name:
                kinds[kind] = kinds.get(kind, 0) | bit
    return found, masks


def _groups(members: Mapping[str, Mapping[str, int]], mask: int) -> str:
    """Return the groups of a line; details that are the same in all Blenders are left out."""
    groups: dict[int, list[str]] = {mask: []}
    for name, kinds in sorted(members.items()):
        merged: dict[str, int] = {}
        details = [_details(kind) for kind in kinds if kind[:1] in "({"]
        common = set.intersection(*map(set, details)) if details else set()
        for kind, bits in kinds.items():
            short = _without(kind, common)
            merged[short] = merged.get(short, 0) | bits
        for kind, bits in merged.items():
            groups.setdefault(bits, []).append(name + kind)
    return "|".join(" ".join([f"{bits:x}", *names]) for bits, names in groups.items())


def _details(kind: str) -> list[str]:
    """Return the arguments of a function, or the items of an enumeration."""
    inner = kind[1:].partition(")" if kind.startswith("(") else "}")[0]
    return [one for one in inner.split(",") if one]


def _without(kind: str, common: set[str]) -> str:
    """Return a kind without the arguments or items that all Blenders have."""
    if kind[:1] not in ("(", "{"):
        return kind
    left = ",".join(sorted(set(_details(kind)) - common))
    if kind.startswith("{"):
        return f"{{{left}}}" if left else ""
    return f"({left}){kind.partition(')')[2]}"


def _own_members(blender: Any) -> Iterator[tuple[str, str, str]]:
    types = blender["types"]
    root = set(types[ROOT]["members"])
    for name, one in types.items():
        base = one["base"] or (ROOT if "bl_rna" in one["members"] and name != ROOT else "")
        inherited = types.get(base, {"members": {}})["members"] if base else {}
        yield name, "", base
        for member, kind in one["members"].items():
            if member in ("rna_type", "bl_rna") or (base and member in root):
                continue
            if inherited.get(member) == kind:
                continue
            if member == "bl_icon" or (name, member) == ("Property", "icon"):
                kind = ""  # the items are those of EnumPropertyItem.icon
            yield name, member, _MORE_KINDS.get((name, member), kind)
        for member in _EDITOR_CONTEXT.split() if name == "Context" else ():
            if member not in one["members"]:
                yield name, member, _MORE_KINDS.get((name, member), "")


def _types(blenders: Mapping[str, Any]) -> list[str]:
    found, masks = _collect(blenders, _own_members)
    bases = {
        name: kind
        for blender in blenders.values()
        for name, member, kind in _own_members(blender)
        if not member
    }
    lines = []
    for name, members in sorted(found.items()):
        members.pop("", None)
        lines.append(f"{name} {bases[name] or '-'} {_groups(members, masks[name])}")
    return lines


def _names(blenders: Mapping[str, Any], section: str) -> list[str]:
    found, _ = _collect(blenders, lambda blender: ((name, "x", "") for name in blender[section]))
    groups: dict[int, list[str]] = {}
    for name, one in sorted(found.items()):
        groups.setdefault(one["x"][""], []).append(name)
    return [
        f"{index} {bits:x} " + " ".join(names) for index, (bits, names) in enumerate(groups.items())
    ]


def _operators(blenders: Mapping[str, Any]) -> list[str]:
    def items(blender: Any) -> Iterator[tuple[str, str, str]]:
        for name, arguments in blender["operators"].items():
            module, _, operator = name.partition(".")
            yield module, operator, f"({','.join(arguments)})"

    found, masks = _collect(blenders, items)
    return [f"{name} {_groups(members, masks[name])}" for name, members in sorted(found.items())]


def _modules(blenders: Mapping[str, Any]) -> list[str]:
    def items(blender: Any) -> Iterator[tuple[str, str, str]]:
        for module, names in blender["modules"].items():
            for name, kind in names.items():
                yield module, name, _FUNCTIONS.get((module, name), kind)

    found, masks = _collect(blenders, items)
    return [f"{name} {_groups(members, masks[name])}" for name, members in sorted(found.items())]


def _deprecated(blenders: Mapping[str, Any]) -> list[str]:
    found: dict[str, tuple[int, str, str]] = {}
    for series, bit in _bits(blenders).items():
        for name, (note, _version, removal) in blenders[series]["deprecated"].items():
            mask = found[name][0] if name in found else 0
            short = " ".join(note.split())[:_MAX_NOTE]
            found[name] = mask | bit, ".".join(map(str, removal[:2])), short
    return [
        f"{name} {mask:x} {removal} {note}" for name, (mask, removal, note) in sorted(found.items())
    ]


def _casts(blenders: Mapping[str, Any]) -> list[str]:
    found: dict[str, str] = {}
    for series in sorted(blenders, key=_series):
        for type_, values in blenders[series]["casts"].items():
            for value, names in values.items():
                if names != value:
                    known = [one for one in found.get(f"{type_}.{value}", "").split("|") if one]
                    found[f"{type_}.{value}"] = "|".join(dict.fromkeys([*known, *names.split("|")]))
    return [f"{key} {names}" for key, names in sorted(found.items())]


class Stubs:
    """The names in the stubs of one series: ``Type.member``, ``bpy.ops.module.name``, ``module.name``."""

    def __init__(self, folder: Path) -> None:
        self.types: dict[str, tuple[list[str], set[str]]] = {}
        self.names: set[str] = set()
        for file in folder.rglob("__init__.pyi"):
            module = ".".join(file.parent.relative_to(folder).parts).replace("-stubs", "")
            text = _GENERIC.sub(lambda match: match[1] or "", file.read_text(encoding="utf-8"))
            self._read(module, ast.parse(text))

    def _read(self, module: str, tree: ast.Module) -> None:
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                if module == "bpy.types":
                    bases = [ast.unparse(base) for base in node.bases]
                    self.types[node.name] = bases, set(_stub_members(node))
                elif module.startswith("bpy.ops."):
                    self.names.add(f"{module}.{node.name}")
            elif isinstance(node, ast.FunctionDef):
                self.names.add(f"{module}.{node.name}")
            if module == "bpy.app" and isinstance(node, ast.AnnAssign):
                self.names.add(f"{module}.{ast.unparse(node.target)}")

    def members(self, name: str, depth: int = 0) -> set[str]:
        bases, own = self.types.get(name, ([], set()))
        return own.union(*(self.members(base, depth + 1) for base in bases if depth < 20))


def _stub_members(node: ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield one.target.id
        elif isinstance(one, ast.FunctionDef) and not one.name.startswith("__"):
            yield one.name


def removed_names(folder: Path, blenders: Mapping[str, Any]) -> dict[str, str]:
    """Return what is gone before the oldest Blender of the table → the first series without it.

    What the stubs of that Blender do not have either is gone; differences of the stubs alone do not count.
    """
    series = sorted((path.name for path in folder.iterdir()), key=_series)
    stubs = {one: Stubs(folder / one) for one in series}
    last = stubs[series[-1]]
    found: dict[str, str] = {}
    for before, after in pairwise(series):
        old = stubs[before]
        for name in old.names - last.names:
            if _is_gone(name, blenders):
                found[name] = after if name not in stubs[after].names else found.get(name, after)
        for type_ in old.types:
            if (
                "_MT_" in type_
                or "_PT_" in type_
                or "_OT_" in type_
                or "_HT_" in type_
                or "_UL_" in type_
            ):
                continue
            if type_ not in last.types:
                if not any(type_ in one["types"] for one in blenders.values()):
                    found[type_] = after
                continue
            known = set().union(
                *(one["types"].get(type_, {"members": ()})["members"] for one in blenders.values())
            )
            for member in old.members(type_) - last.members(type_) - known:
                if not member.startswith("_"):
                    found[f"{type_}.{member}"] = after
    return _without_inherited(found, last)


def _is_gone(name: str, blenders: Mapping[str, Any]) -> bool:
    module, _, last = name.rpartition(".")
    for blender in blenders.values():
        if name.startswith("bpy.ops."):
            if name.removeprefix("bpy.ops.") in blender["operators"]:
                return False
        elif last in blender["modules"].get(module, ()):
            return False
    return (
        name.startswith("bpy.ops.")
        or any(module in one["modules"] for one in blenders.values())
        or module == "bgl"
    )


def _without_inherited(found: Mapping[str, str], stubs: Stubs) -> dict[str, str]:
    kept = {}
    for name, version in found.items():
        type_, _, member = name.partition(".")
        bases, _own = stubs.types.get(type_, ([], set()))
        if not any(found.get(f"{base}.{member}") == version for base in bases):
            kept[name] = version
    return kept


def main() -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", default=[], metavar="SERIES=PATH")
    parser.add_argument("--stubs", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    pythons = {series: installed(series).python for series in RELEASES}
    pythons |= {
        series: Path(path) for series, _, path in (one.partition("=") for one in options.python)
    }
    missing = [one for one in map(format_series, BLENDER_SERIES) if one not in pythons]
    if missing:
        print(
            f"give --python SERIES=PATH for Blender {', '.join(missing)}: a Python with bpy from PyPI"
        )
        return 2
    blenders = {series: ask(pythons[series]) for series in sorted(pythons, key=_series)}
    if options.stubs:
        removed = removed_names(options.stubs, blenders)
    else:
        lines = (
            zlib.decompress(DATA_FILE.read_bytes())
            .decode()
            .split("\n[removed]\n")[1]
            .split("\n[")[0]
        )
        removed = dict(line.split(" ") for line in lines.splitlines())
    data = zlib.compress(make_text(blenders, removed).encode(), 9)
    DATA_FILE.write_bytes(data)
    print(f"wrote {DATA_FILE}: {len(data)} bytes, {len(removed)} names gone before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
