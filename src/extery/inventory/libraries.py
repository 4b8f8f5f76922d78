"""Modules that an extension imports, and the wheels that it contains."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from extery.core.shipped_libraries import is_shipped
from extery.core.versions import BLENDER_SERIES
from extery.core.wheel_names import WheelName
from extery.inventory.model import Entry, FieldValue, Place
from extery.rules.blender_modules import BLENDER_MODULES
from extery.rules.bundled_wheels import bundled_wheels
from extery.rules.file_kinds import is_bytecode, native_format

if TYPE_CHECKING:
    from extery.rules.context import RuleContext
    from extery.rules.sources import Sources

#: Modules whose names differ from those of the libraries that contain them.
_LIBRARY_OF = {
    "cv2": "opencv-python",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "bs4": "beautifulsoup4",
    "serial": "pyserial",
    "git": "gitpython",
    "attr": "attrs",
    "google": "protobuf",
    "OpenSSL": "pyopenssl",
    "Crypto": "pycryptodome",
    "dateutil": "python-dateutil",
}


def module_entries(sources: Sources, context: RuleContext) -> Iterator[Entry]:
    """Yield the modules that the parts of an extension import, by the first part of their names."""
    libraries = {one.name.library for one in bundled_wheels(context)}
    # Files and folders beside the manifest: with a changed `sys.path`, Python imports them by these names.
    own = {name.partition("/")[0].removesuffix(".py") for name in context.names}
    found: dict[str, tuple[Place, bool, int]] = {}
    for module in sources.parts:
        for one in module.imports:
            if one.level or not one.module:
                continue
            name = one.module.partition(".")[0]
            place, is_optional, count = found.get(name, (Place(module.path, one.at.line), True, 0))
            found[name] = (place, is_optional and one.is_guarded, count + 1)
    own_id = str((context.table or {}).get("id", ""))
    for name, (place, is_optional, count) in sorted(found.items()):
        origin = "own" if name == own_id else _origin(name, libraries, own)
        fields: dict[str, FieldValue] = {"origin": origin, "optional": is_optional}
        yield Entry("modules", name, place, fields, count=count)


def _origin(name: str, libraries: set[str], own: set[str]) -> str:
    library = _LIBRARY_OF.get(name, name).lower().replace("_", "-")
    if name in sys.stdlib_module_names:
        return "python"
    if name in BLENDER_MODULES or name.startswith(("_bl_", "_bpy")):
        return "blender"
    if library in libraries or name.lower() in libraries:
        return "wheel"
    if name in own:
        return "own"
    return "shipped" if is_shipped(library, BLENDER_SERIES[-1]) else "unknown"


def wheel_entries(context: RuleContext) -> Iterator[Entry]:
    """Yield the wheels of an extension with their sizes."""
    names = set(context.names)
    for wheel in bundled_wheels(context):
        path = posixpath.normpath(wheel.path.lstrip("/"))
        size = context.info(path).size if path in names else None
        yield Entry(
            "wheels",
            wheel.name.library,
            Place(path),
            _wheel_fields(wheel.name, path, size, is_listed=wheel.position is not None),
        )


def _wheel_fields(
    name: WheelName, path: str, size: int | None, *, is_listed: bool
) -> dict[str, FieldValue]:
    return {
        "version": name.version,
        "python": name.python_tag,
        "platforms": tuple(name.platform_tag.split(".")),
        "size": size,
        "listed": is_listed,
        "file": path.rpartition("/")[2],
    }


def compiled_entries(context: RuleContext) -> Iterator[Entry]:
    """Yield the compiled files beside the manifest, whatever their names are: their first bytes count."""
    for name in context.names:
        if name.lower().endswith((".py", ".whl")):
            continue
        head = context.head(name)
        format_ = native_format(head) or ("bytecode" if is_bytecode(name, head) else "")
        if format_:
            yield Entry("native_code", name, Place(name), {"call": "", "format": format_})
