"""The tags that Blender knows, by type of extension; the same in Blender 4.2 and 5.0."""

from __future__ import annotations

from pathlib import Path

from extery.core.errors import InvalidInput, Where

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


def read_valid_tags(file: Path) -> dict[str, list[str]]:
    """Read a file of valid tags: JSON with ``add-on`` and ``theme``, or Blender's ``tags.py``.

    A ``.py`` file is parsed, never run: it has to define ``addons`` and ``themes`` as plain
    sets or lists of strings. Raises `InvalidInput`.
    """
    try:
        import json  # imported here: Blender's own list needs no file

        text = file.read_text("utf-8")
        found = _tags_in_python(text) if file.suffix == ".py" else json.loads(text)
        return {type_: _strings(found[type_]) for type_ in _BY_TYPE}
    except (OSError, ValueError, SyntaxError, KeyError, TypeError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        if isinstance(error, OSError) and error.strerror:
            reason = error.strerror
        raise InvalidInput.of(
            "usage.tag-file",
            where=Where(str(file)),
            file=str(file),
            reason=reason,
        ) from error


def _strings(value: object) -> list[str]:
    if not isinstance(value, list | set | tuple) or not all(isinstance(t, str) for t in value):
        raise TypeError("tags must be lists of strings")
    return sorted(value)


def _tags_in_python(text: str) -> dict[str, object]:
    import ast

    names = {"addons": "add-on", "themes": "theme"}
    found = {}
    for statement in ast.parse(text).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id in names:
                found[names[target.id]] = ast.literal_eval(statement.value)
    return found
