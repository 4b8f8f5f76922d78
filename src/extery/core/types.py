"""The types of extensions: one row for each, with everything that differs between them.

Other modules read these rows. A new type needs a row here, a rule for its files in `extery.rules.package`, and on the
website a migration, an icon and texts in `extery_site.ui.labels`. Nothing else contains the name of a type
(`tests/core/test_types.py`); pages list types with `extery_site.ui.labels.list_types`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from extery.core.versions import BlenderVersion


class ExtensionType(NamedTuple):
    """One type of extension.

    ``name`` is the value of ``type`` in a manifest, and the first part of the names of the site's
    downloads. ``tags_variable`` is the name of its set of tags in Blender's own ``tags.py``;
    ``icon`` is a symbol of the site's icons; ``path`` is the path of its page on the site.
    """

    name: str
    label: str
    plural: str
    path: str
    icon: str
    permissions: tuple[str, ...]
    tags: tuple[str, ...]
    tags_variable: str
    #: The file that Blender loads: a name, or ``*`` and a suffix, whose case is ignored; empty if there is none.
    main_file: str
    first_blender: BlenderVersion

    def main_files(self, names: Iterable[str]) -> list[str]:
        """Return the files beside the manifest that Blender may load, sorted by name; hidden ones are ignored.

        ``names`` are the paths of all files, relative to the manifest's folder.
        """
        if not self.main_file.startswith("*"):
            return [name for name in names if name == self.main_file]
        suffix = self.main_file.removeprefix("*")
        return sorted(
            name
            for name in names
            if "/" not in name and name[:1] != "." and name.lower().endswith(suffix)
        )


ADD_ON = ExtensionType(
    name="add-on",
    label="Add-on",
    plural="Add-ons",
    path="add-ons",
    icon="cube",
    permissions=("files", "network", "clipboard", "camera", "microphone"),
    # The same in Blender 4.2 to 5.3.
    tags=(
        "3D View",
        "Add Curve",
        "Add Mesh",
        "All",
        "Animation",
        "Bake",
        "Camera",
        "Compositing",
        "Development",
        "Game Engine",
        "Geometry Nodes",
        "Grease Pencil",
        "Import-Export",
        "Lighting",
        "Material",
        "Mesh",
        "Modeling",
        "Node",
        "Object",
        "Paint",
        "Physics",
        "Pipeline",
        "Render",
        "Rigging",
        "Scene",
        "Sculpt",
        "Sequencer",
        "System",
        "Text Editor",
        "Tracking",
        "UV",
        "User Interface",
    ),
    tags_variable="addons",
    main_file="__init__.py",
    first_blender=(4, 2, 0),
)

THEME = ExtensionType(
    name="theme",
    label="Theme",
    plural="Themes",
    path="themes",
    icon="palette",
    # Up to Blender 5.2 those of an add-on (`extery.manifest.schemas.blender_rules`).
    permissions=(),
    tags=("Accessibility", "Colorful", "Dark", "High Contrast", "Inspired By", "Light", "Print"),
    tags_variable="themes",
    main_file="*.xml",
    first_blender=(4, 2, 0),
)

ASSET_LIBRARY = ExtensionType(
    name="asset-library",
    label="Asset library",
    plural="Asset libraries",
    path="asset-libraries",
    icon="library",
    permissions=("scripts",),
    tags=("Brush", "Compositor", "Geometry Nodes", "Hair", "Material", "Model", "Shading", "World"),
    tags_variable="asset_libraries",
    main_file="",
    first_blender=(5, 3, 0),
)

#: Every accepted type, in the order in which pages and messages show them.
TYPES = (ADD_ON, THEME, ASSET_LIBRARY)
TYPES_BY_NAME = {type_.name: type_ for type_ in TYPES}
TYPE_NAMES = tuple(TYPES_BY_NAME)
#: All permissions, of any type.
PERMISSIONS = tuple(dict.fromkeys(name for type_ in TYPES for name in type_.permissions))
FIRST_BLENDER = min(type_.first_blender for type_ in TYPES)


def types_known_to(blender: BlenderVersion) -> tuple[ExtensionType, ...]:
    """Return the types that this version of Blender can install."""
    return tuple(type_ for type_ in TYPES if type_.first_blender <= blender)


#: Types that every Blender with extensions can install. Blenders before 5.1 refuse a whole listing for one entry of
#: another type, so only these may be in a listing that they read.
LISTED_FOR_ALL = frozenset(type_.name for type_ in types_known_to(FIRST_BLENDER))


def is_listed_for(type_name: str, blender: BlenderVersion | None) -> bool:
    """Return whether the listing for a Blender version may have entries of a type.

    ``None`` is an unknown version: it may be one that refuses the whole listing.
    """
    if type_name in LISTED_FOR_ALL:
        return True
    return blender is not None and any(type_.name == type_name for type_ in types_known_to(blender))


def first_blender_for(type_name: str, minimum: BlenderVersion) -> BlenderVersion:
    """Return the first Blender that can install an extension of a type whose manifest has this minimum.

    A package of a type that Blender does not know is refused, whatever its ``blender_version_min``.
    """
    return max(minimum, TYPES_BY_NAME[type_name].first_blender)
