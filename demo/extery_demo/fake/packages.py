"""The packages of a version as `extery build` writes them: the same bytes from the same plan."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from extery.core.types import ADD_ON, TYPES_BY_NAME
from extery.manifest.document import MANIFEST_FILENAME, Manifest
from extery.package.writer import SourceFile, write_zip
from extery_demo.fake.plans import FakeExtension, FakeVersion
from extery_demo.scenarios import scenarios
from extery_demo.theme_xml import Edition, Palette, theme_file
from extery_demo.wheels import wheel_bytes

_WHEEL_TAGS = {
    "linux-x64": "py3-none-manylinux_2_28_x86_64",
    "macos-arm64": "py3-none-macosx_11_0_arm64",
    "windows-x64": "py3-none-win_amd64",
}
_ADD_ON = '''\
# SPDX-License-Identifier: {license}
"""{name} {version}: {tagline}."""

import bpy
{imports}

class {class_}(bpy.types.Operator):
    """{tagline}"""

    bl_idname = "{category}.{id}"
    bl_label = "{label}"
    bl_options = {{"REGISTER", "UNDO"}}

    amount: bpy.props.FloatProperty(name="Amount", default={amount}, min=0.0)

    def execute(self, context):
        for item in context.selected_objects:
            item["{id}"] = self.amount
        return {{"FINISHED"}}


class {panel}(bpy.types.Panel):
    """Settings of {name}"""

    bl_idname = "{panel}"
    bl_label = "{name}"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "{name}"

    def draw(self, context):
        self.layout.operator({class_}.bl_idname)
{importer}

CLASSES = ({classes})
KEYMAPS = []


def register():
    for one in CLASSES:
        bpy.utils.register_class(one)
{add_key}

def unregister():
    for keymap, item in KEYMAPS:
        keymap.keymap_items.remove(item)
    KEYMAPS.clear()
    for one in reversed(CLASSES):
        bpy.utils.unregister_class(one)
'''
_KEY = """\
    keys = bpy.context.window_manager.keyconfigs.addon
    if keys is not None:
        keymap = keys.keymaps.new(name="3D View", space_type="VIEW_3D")
        item = keymap.keymap_items.new({class_}.bl_idname, "{key}", "PRESS"{modifiers})
        KEYMAPS.append((keymap, item))
"""
_IMPORTER = '''

class {class_}Files(bpy.types.FileHandler):
    """Drops .{format} files"""

    bl_idname = "{class_}Files"
    bl_label = "{upper} files"
    bl_import_operator = "{category}.{id}"
    bl_file_extensions = ".{format}"
'''


class BuiltPackage(NamedTuple):
    """A package in memory."""

    data: bytes
    manifest: Manifest
    platforms: tuple[str, ...]


def build_packages(
    plan: FakeExtension, version: FakeVersion, *, small: bool
) -> Iterator[BuiltPackage]:
    """Yield the packages of a version; ``small`` ones are for all platforms, and have no wheels."""
    platforms = () if small else version.platforms
    for platform in platforms or ("",):
        files = _files(plan, version, platform, small=small)
        wheels = [name for name in files if name.endswith(".whl")]
        of_package = (platform,) if platform else ()
        text = _manifest(plan, version, of_package, wheels).encode()
        # In the order of `extery build`: the manifest, the wheels, the other files.
        ordered = sorted(files.items(), key=lambda item: (item[0] not in wheels, item[0]))
        members = [
            SourceFile(name, len(data), data)
            for name, data in [(MANIFEST_FILENAME, text), *ordered]
        ]
        file = io.BytesIO()
        write_zip(file, members, threads=1)
        yield BuiltPackage(file.getvalue(), Manifest.parse(text), of_package)


def _manifest(
    plan: FakeExtension, version: FakeVersion, platforms: tuple[str, ...], wheels: list[str]
) -> str:
    values: dict[str, object] = {
        "schema_version": "1.0.0",
        "id": plan.id,
        "version": version.number,
        "name": plan.name,
        "tagline": plan.tagline,
        "maintainer": f"Person {plan.owner}",
        "type": plan.type,
        "tags": list(plan.tags),
        "blender_version_min": version.low,
        "blender_version_max": version.high,
        "license": list(plan.licenses),
        "website": plan.website,
        "platforms": list(platforms),
        "wheels": [f"./{name}" for name in wheels],
    }
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value]
    if plan.permissions:
        lines += ["", "[permissions]"]
        lines += [f"{name} = {_toml(reason)}" for name, reason in plan.permissions]
    if not TYPES_BY_NAME[plan.type].main_file:
        lines += [
            "",
            "[asset_library]",
            f'remote_url = "https://{plan.id.replace("_", "-")}.example.org/"',
        ]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    # Strings of JSON, and arrays of them, are TOML as long as no character is escaped as a pair.
    return json.dumps(value, ensure_ascii=False)


def _files(
    plan: FakeExtension, version: FakeVersion, platform: str, *, small: bool
) -> dict[str, bytes]:
    main = TYPES_BY_NAME[plan.type].main_file
    if not main:
        return {}
    if plan.type != ADD_ON.name:
        edition: Edition = (
            "5.3" if version.low >= "5.3" else "5.0" if version.low >= "5.0" else "4.2"
        )
        return {
            f"{plan.id}{main.removeprefix('*')}": _theme(plan.palette % len(_palettes()), edition)
        }
    library = f"{plan.id}_core"
    has_wheel = version.has_wheels and not small
    files = {main: _add_on(plan, version, library if has_wheel else "").encode()}
    if has_wheel:
        tag = _WHEEL_TAGS.get(platform, "py3-none-any")
        name = f"wheels/{library}-{version.number}-{tag}.whl"
        files[name] = _wheel(library, version.number, tag)
    return files


@cache
def _palettes() -> tuple[Palette, ...]:
    return tuple(Palette.from_table(one.palette) for one in scenarios() if one.is_theme)


@cache
def _theme(palette: int, edition: Edition) -> bytes:
    return theme_file(_palettes()[palette], edition)


def _wheel(name: str, version: str, tag: str) -> bytes:
    module = f'"""Numbers of {name} for {tag}."""\n\nVERSION = "{version}"\n'.encode()
    return wheel_bytes(name=name, version=version, tag=tag, module=module)


def _add_on(plan: FakeExtension, version: FakeVersion, library: str) -> str:
    class_ = "".join(part.title() for part in plan.id.split("_"))
    panel = f"VIEW3D_PT_{plan.id}"
    classes = [class_, panel]
    importer = add_key = ""
    if plan.format:
        importer = _IMPORTER.format(
            class_=class_,
            format=plan.format,
            upper=plan.format.upper(),
            category=plan.category,
            id=plan.id,
        )
        classes.append(f"{class_}Files")
    if plan.shortcut:
        modifiers = "".join(f", {name}=True" for name in sorted(plan.shortcut[:-1]))
        add_key = _KEY.format(class_=class_, key=plan.shortcut[-1], modifiers=modifiers)
    return _ADD_ON.format(
        license=plan.licenses[0].removeprefix("SPDX:"),
        name=plan.name,
        version=version.number,
        tagline=plan.tagline,
        imports=f"import {library}\n" if library else "",
        class_=class_,
        panel=panel,
        category=plan.category,
        id=plan.id,
        label=plan.label,
        amount=len(version.number) / 4,
        importer=importer,
        classes=", ".join(classes) + ",",
        add_key=add_key,
    )
