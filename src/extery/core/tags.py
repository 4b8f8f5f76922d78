"""The tags that Blender knows, by type of extension; the same in Blender 4.2 and 5.0."""

from __future__ import annotations

ADD_ON = (
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
)

THEME = (
    "Accessibility",
    "Colorful",
    "Dark",
    "High Contrast",
    "Inspired By",
    "Light",
    "Print",
)

_BY_TYPE = {"add-on": ADD_ON, "theme": THEME}


def for_type(type_: str) -> tuple[str, ...]:
    """The tags for ``add-on`` or ``theme``; none for a type that does not exist."""
    return _BY_TYPE.get(type_, ())


def as_valid_tags() -> dict[str, tuple[str, ...]]:
    """Blender's own list in the shape of a tag file: type -> tags."""
    return dict(_BY_TYPE)
