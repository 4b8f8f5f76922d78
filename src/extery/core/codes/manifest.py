"""Codes of errors in manifests. A code is ``manifest.<field>.<kind>``, and each kind has one text for all fields.

Warnings are in `extery.core.codes.manifest_lint`, the codes of ``[asset_library]`` in `.manifest_asset_library`.
"""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.codes.manifest_asset_library import CODES as _ASSET_LIBRARY
from extery.core.codes.manifest_lint import CODES as _WARNINGS
from extery.core.installation import fails, installs
from extery.core.types import ADD_ON, PERMISSIONS, THEME, TYPE_NAMES

_REFUSED = "Blender refuses the manifest"
_SIMILAR = {"similar": ("", "did you mean {similar!r}?")}

#: Kind -> its texts, in which `_fill` replaces ``{field}``, ``{subject}``, ``{line}`` and ``{optional}``. A suffix
#: behind a slash is no part of the code: ``empty/list`` are the texts of ``empty`` for lists.
_KINDS = {
    "missing": Code(
        "error", "{field} is missing", f"{_REFUSED}: every extension needs this field.",
        message="{field} is missing",
        hint="add a line such as: {line}",
        variants={
            "renamed": ("{field} is missing; {alias} is not a field of the manifest", "replace the line with: {suggestion}"),
            "alias": ("{field} is missing; {alias} is not a field of the manifest", "replace {alias} with a line such as: {line}"),
            "json": ("", "add a member such as: {json}"),
        },
        example={"alias": "'author'", "suggestion": 'maintainer = "Ada Smith"'},
    ),
    "wrong-type": Code(
        "error", "{field} has the wrong type", f"{_REFUSED}: the schema requires a string.",
        message="{field} must be a string, found a {type}: {value}",
        hint="write it as: {line}",
        variants={"json": ("", "write it as: {json}")},
        example={"type": "number", "value": "3"},
    ),
    "wrong-type/list": Code(
        "error", "{field} has the wrong type", f"{_REFUSED}: the schema requires a list.",
        message="{field} must be a list, found a {type}: {value}",
        hint="write it as: {line}",
        variants={"json": ("", "write it as: {json}")},
        example={"type": "number", "value": "3"},
    ),
    "wrong-type/table": Code(
        "error", "{field} has the wrong type", f"{_REFUSED}: the schema requires a table.",
        message="{field} must be a table with a reason for each, found a {type}: {value}",
        hint="write a section [{field}] with: {lines}",
        variants={"json": ("", "write it as: {json}")},
        example={"type": "number", "value": "3", "lines": 'files = "REASON"'},
    ),
    "not-a-table": Code(
        "error", "{field} is not a table", f"{_REFUSED}: since the first beta of extensions each permission has a reason, so a list is not enough.",
        message="{field} must be a table with a reason for each, found a {type}: {value}",
        hint="write a section [{field}] with: {lines}",
        example={"type": "list", "value": "['files', 'network']", "lines": 'files = "REASON"; network = "REASON"'},
    ),
    "wrong-type-item": Code(
        "error", "an item of {field} has the wrong type", f"{_REFUSED}: all items must be strings.",
        message="{field} must be a list of strings, found a {type}: {value}",
        hint="put it in quotes",
        example={"type": "number", "value": "3"},
    ),
    "wrong-type-item/reason": Code(
        "error", "an item of {field} has the wrong type", f"{_REFUSED}: all reasons must be strings.",
        message="{field} must be a list of strings, found a {type}: {value}",
        hint="put it in quotes",
        variants={"reason": ("the reason for {key} must be a string, found a {type}: {value}", "write in a few words what the permission is needed for")},
        example={"type": "boolean", "value": "True", "key": "'files'", "variant": "reason"},
    ),
    "empty": Code(
        "error", "{field} is empty", f"{_REFUSED}: an optional field is left out, never left empty.",
        message="{field} must not be empty",
        hint="fill it in{optional}",
    ),
    "empty/list": Code(
        "error", "{field} is empty", f"{_REFUSED}: an optional field is left out, never left empty.",
        message="{field} must not be an empty list",
        hint="name at least one{optional}",
    ),
    "empty/reason": Code(
        "error", "a reason in {field} is empty", f"{_REFUSED}: users read the reason before they install.",
        message="{subject} must not be empty",
        hint="write in a few words what the permission is needed for",
        example={"key": "'files'"},
    ),
    "blank-item": Code(
        "error", "an item of {field} is blank", f"{_REFUSED}: every item must contain text.",
        message="{field} must not have blank items",
        hint="remove the item",
    ),
    "outer-whitespace": Code(
        "error", "{field} begins or ends with white space", f"{_REFUSED}: it would be shown out of line.",
        message="{subject} must not begin or end with white space, found {value}",
        hint="write {corrected}",
        example={"value": "' Gears'", "corrected": "'Gears'", "key": "'files'"},
    ),
    "control-character": Code(
        "error", "{field} has a control character", f"{_REFUSED}: line breaks, tabs and the like cannot be shown on one line.",
        message="{subject} must not have control characters, found {character} at character {position}",
        hint="write it as one line of plain text",
        example={"character": "U+0009", "position": 5, "key": "'files'"},
    ),
    "invisible": Code(
        "error", "{field} has an invisible character", "Blender accepts it. Invisible characters make a text look like another one, and overrides change the order of the text around it. Emoji, and joiners between letters that need them, are allowed.",
        stricter=True,
        message="{subject} has the invisible or reordering character {character} at position {position}",
        hint="write {corrected}",
        variants={"long": ("", "remove that character"), "nothing": ("", "write it in visible characters")},
        example={"character": "U+202E (right-to-left override)", "position": 5, "corrected": "'Gear Tool'", "key": "'files'"},
    ),
    "control-character/path": Code(
        "error", "a path in {field} has a control character", f"{_REFUSED}: a path is one line of plain text.",
        message="{subject} must not have control characters, found {value}",
        hint="rename the file",
        example={"value": "'./wheels/gears\\t-1.0-py3-none-any.whl'"},
    ),
    "too-long": Code(
        "error", "{field} is too long", f"{_REFUSED}: Blender shows at most 64 characters.",
        message="{subject} must have at most {maximum} characters, found {length}",
        hint="shorten it by {excess}; details belong in the description",
        example={"maximum": 64, "length": 80, "excess": 16, "key": "'files'"},
    ),
    "trailing-punctuation": Code(
        "error", "{field} ends with punctuation", f"{_REFUSED}: the text must end with a letter, a digit or a closing bracket.",
        message="{subject} must not end with punctuation, found {character!r} at the end",
        hint="remove the {character!r}",
        example={"character": ".", "key": "'files'"},
    ),
    "not-identifier": Code(
        "error", "{field} is not an identifier", f"{_REFUSED}: the id becomes the name of a Python module.",
        message="{field} must be a Python identifier, found {value}",
        hint="use letters, digits and single underscores, for example {suggestion}",
        example={"value": "'My Tool'", "suggestion": "'my_tool'"},
    ),
    "double-underscore": Code(
        "error", "{field} has two underscores in a row", f"{_REFUSED}: Python gives such names a special meaning.",
        message="{field} must not have two underscores in a row, found {value}",
        hint="use letters, digits and single underscores, for example {suggestion}",
        example={"value": "'my__tool'", "suggestion": "'my_tool'"},
    ),
    "outer-underscore": Code(
        "error", "{field} begins or ends with an underscore", f"{_REFUSED}: such names are private in Python and hidden in Blender.",
        message="{field} must not begin or end with an underscore, found {value}",
        hint="use letters, digits and single underscores, for example {suggestion}",
        example={"value": "'_my_tool'", "suggestion": "'my_tool'"},
    ),
    "bad-version": Code(
        "error", "{field} is not a semantic version", f"{_REFUSED}: updates need versions that can be compared.",
        message="{field} must be a semantic version, found {value}",
        hint="write three numbers without leading zeros, for example {suggestion!r}",
        example={"value": "'1.0'", "suggestion": "1.0.0"},
    ),
    "unknown-type": Code(
        "error", "{field} is not a known type", f"{_REFUSED}: the only types are {', '.join(TYPE_NAMES)}.",
        message="{field} must be {types}, found {value}",
        hint='write {field} = "{suggestion}"',
        variants={
            "json": ("", 'write "{field}": "{suggestion}"'),
            "newer": ("type {value} came with Blender {first}", "set blender_version_min to {first}.0 or newer"),
        },
        example={"value": "'addon'", "types": " or ".join(map(repr, TYPE_NAMES)), "suggestion": ADD_ON.name},
    ),
    "not-three-numbers": Code(
        "error", "{field} is not three numbers", f"{_REFUSED}: a Blender version is written as 4.2.0.",
        message="{field} must be a version of three numbers, found {value}",
        hint="write {suggestion!r}",
        example={"value": "'4.2'", "suggestion": "4.2.0"},
    ),
    "not-numbers": Code(
        "error", "{field} is not a Blender version", f"{_REFUSED}: a version is numbers separated by dots.",
        message="{field} must be a version of three numbers, found {value}",
        hint="write {suggestion!r}",
        example={"value": "'4.2-beta'", "suggestion": "4.2.0"},
    ),
    "bad-year": Code(
        "error", "an item of {field} does not begin with years", f"{_REFUSED}: it must be 'YEAR NAME' or 'YEAR-YEAR NAME'.",
        message="{field} must begin with a year or two, found {value}",
        hint="write 'YEAR NAME' or 'YEAR-YEAR NAME', for example '2023-2025 Ada Smith'",
        variants={"corrected": ("", "write {suggestion!r}")},
        example={"value": "'Ada Smith'", "suggestion": "2024 Ada Smith"},
    ),
    "missing-name": Code(
        "error", "an item of {field} has no name", f"{_REFUSED}: it must be 'YEAR NAME' or 'YEAR-YEAR NAME'.",
        message="{field} must have a name after the year, found {value}",
        hint="write for example {suggestion}",
        example={"value": "'2025'", "suggestion": "'2025 Ada Smith'"},
    ),
    "unknown-key": Code(
        "error", "{field} has an unknown key", f"{_REFUSED}: the keys are the permissions that Blender knows.",
        message="{field} has the unknown key {key}; the known keys are {known}",
        hint="remove it, or use the permission that covers it",
        variants={
            **_SIMILAR,
            "misplaced": ("{field} has the key {key}, which is a field of the manifest", "move it above the line [{field}]"),
            "other-type": ("{types} cannot have the permission {key}; theirs are: {known}", "remove it"),
        },
        example={"key": "'telepathy'", "known": ", ".join(PERMISSIONS)},
    ),
    "none-for-type": Code(
        "error", "{field} in an extension whose type has none", "Blender 5.3 and newer refuse the manifest; Blender 4.2 to 5.2 accept it.",
        message="{types} have no permissions since Blender 5.3, found {keys}",
        hint="remove the table [{field}]: older Blenders accept it, and it has no effect",
        example={"types": THEME.plural.lower(), "keys": "files, network"},
    ),
    "no-list": Code(
        "error", "the file of valid tags has none for the type", "Blender's own command line needs the valid tags of the extension's type.",
        message="the file of valid tags has no list of tags for {types}",
        hint='add {type!r} with a list of strings, which may be empty, to the file of --valid-tags',
        example={"type": THEME.name, "types": THEME.plural.lower()},
    ),
    "unknown-tag": Code(
        "error", "a tag is not on the list", "Blender's own command line and most sites refuse it: extensions cannot be found by a free tag.",
        message="{value} is not a tag for {types}",
        hint="choose from: {known}",
        variants=_SIMILAR,
        example={"value": "'Modelling'", "types": ADD_ON.plural.lower(), "variant": "similar", "similar": "Modeling"},
    ),
    "bad-character": Code(
        "error", "a path in {field} has a forbidden character", f"{_REFUSED}: paths use / and no quotes.",
        message="{subject} must not have quotes or backslashes, found {value}",
        hint="use / between folders",
        example={"value": "'wheels\\\\gears-1.0-py3-none-any.whl'"},
    ),
    "not-a-wheel": Code(
        "error", "an item of {field} is not a wheel", f"{_REFUSED}: the name of the file must end in .whl.",
        message="a wheel must end in .whl, found {value}",
        hint="list only wheels; other files are packed without being listed",
        example={"value": "'./wheels/gears-1.0.zip'"},
    ),
    "bad-wheel-name": Code(
        "error", "an item of {field} is not named like a wheel", f"{_REFUSED}: Blender reads from name-version-python-abi-platform.whl where the wheel fits.",
        message="a wheel must be named name-version-python-abi-platform.whl, found {value}",
        hint="keep the name under which the wheel was downloaded",
        example={"value": "'gears.whl'"},
    ),
}  # fmt: skip

_ALL_REFUSE = fails("every Blender refuses the manifest")
_SHOWN = installs("it can be installed, and its texts are not what they seem to be")
_LENIENT = installs("clients do not check this part of the manifest")

_TEXT = ("wrong-type", "empty", "outer-whitespace", "control-character", "invisible")
_ITEMS = ("wrong-type/list", "wrong-type-item", "blank-item")
_LIST = (*_ITEMS, "empty/list", "invisible")
_SHORT_TEXT = (*_TEXT, "too-long", "trailing-punctuation")
_REASON = ("wrong-type-item/reason", "empty/reason", *_SHORT_TEXT[2:])

#: Field -> the kinds of errors it can have.
_FIELD_KINDS = {
    "id": (
        "missing",
        "wrong-type",
        "not-identifier",
        "double-underscore",
        "outer-underscore",
        "invisible",
    ),
    "schema_version": ("missing", "wrong-type", "bad-version"),
    "name": ("missing", *_TEXT),
    "tagline": ("missing", *_SHORT_TEXT),
    "version": ("missing", "wrong-type", "bad-version"),
    "type": ("missing", "wrong-type", "unknown-type"),
    "maintainer": ("missing", *_TEXT),
    "license": ("missing", *_LIST),
    "blender_version_min": ("missing", "wrong-type", "not-three-numbers", "not-numbers"),
    "blender_version_max": ("wrong-type", "not-three-numbers", "not-numbers"),
    "website": _TEXT,
    "copyright": (*_ITEMS, "bad-year", "missing-name", "invisible"),
    "permissions": ("wrong-type/table", "not-a-table", "unknown-key", "none-for-type", *_REASON),
    "tags": (*_LIST, "unknown-tag", "no-list"),
    "platforms": _LIST,
    "wheels": (
        *(*_ITEMS, "bad-character"),
        *("outer-whitespace", "control-character/path", "not-a-wheel", "bad-wheel-name"),
    ),
}

#: A valid line for each field, for hints.
_LINES = {
    "id": 'id = "gear_tool"',
    "schema_version": 'schema_version = "1.0.0"',
    "name": 'name = "Gear Tool"',
    "tagline": 'tagline = "Make gears of any size"',
    "version": 'version = "1.0.0"',
    "type": f'type = "{ADD_ON.name}"',
    "maintainer": 'maintainer = "Ada Smith <ada@example.org>"',
    "license": 'license = ["SPDX:GPL-3.0-or-later"]',
    "blender_version_min": 'blender_version_min = "4.2.0"',
    "blender_version_max": 'blender_version_max = "5.1.0"',
    "website": 'website = "https://example.org/gear-tool"',
    "copyright": 'copyright = ["2025 Ada Smith"]',
    "tags": 'tags = ["Modeling"]',
    "platforms": 'platforms = ["windows-x64", "linux-x64"]',
    "wheels": 'wheels = ["./wheels/gears-1.0-py3-none-any.whl"]',
}

#: What a message is about, where that is a part of the field.
_SUBJECTS = {"permissions": "the reason for {key}", "wheels": "a wheel's path"}

#: Problems of the whole file.
_FILE = {
    "manifest.toml.syntax": Code(
        "error", "the manifest is not TOML", f"{_REFUSED}: it cannot be read.",
        message="the manifest is not valid TOML: {reason}",
        hint="put texts in quotes, lists in [ ], and each field on its own line",
        variants={
            "curly-quotes": ("", "use straight quotes: \" or '"),
            "backslash": ("", "a backslash begins an escape in double quotes: use / or single quotes"),
            "long-key": ("a key has more than {maximum} dots", "a manifest needs no more than two levels"),
            "long-number": ("the manifest has a number with thousands of digits", "put it in quotes, or remove it"),
            "too-deep": ("the manifest is nested too deeply to be read", "a manifest needs no more than two levels"),
            "levels": ("the manifest has more than {maximum} levels of nesting", "remove nested tables; a manifest needs two levels"),
        },
        example={"reason": "unclosed array"},
    ),
    "manifest.toml.bom": Code(
        "error", "the manifest begins with a byte order mark", f"{_REFUSED}: editors do not show the mark, but it is not part of TOML.",
        message="the manifest begins with a byte order mark",
        hint="save the file as UTF-8 without BOM",
    ),
    "manifest.toml.not-utf-8": Code(
        "error", "the manifest is not UTF-8", f"{_REFUSED}: TOML is always UTF-8.",
        message="the manifest is not UTF-8: byte {byte} cannot be read",
        hint="save the file as UTF-8",
        example={"byte": "0xfc"},
    ),
    "manifest.file.missing": Code(
        "error", "there is no manifest", "Blender recognizes an extension by its blender_manifest.toml.",
        message="there is no {file} in {folder}",
        hint="name the folder that contains the manifest, or create one there",
        example={"file": "blender_manifest.toml", "folder": "gear_tool"},
    ),
    "manifest.file.unreadable": Code(
        "error", "the manifest cannot be read", "The system refused to open it.",
        message="{path} cannot be read: {reason}",
        hint="check that it is a file and that you may read it",
        variants={"folder": ("{path} is a folder", ""), "special-file": ("{path} is not an ordinary file", "")},
        example={"path": "gear_tool/blender_manifest.toml", "reason": "Permission denied"},
    ),
    "manifest.file.too-large": Code(
        "error", "the manifest is far larger than any real one", "A file of this size is most likely a mistake or an attack, so it is not parsed.",
        message="the manifest has more than {maximum:,} bytes",
        hint="move long texts to other files",
        example={"maximum": 262_144},
    ),
}  # fmt: skip


def _json_line(field: str) -> str:
    """Return a valid member of an entry, with doubled braces for `str.format`."""
    if field == "permissions":
        return '"permissions": {{"files": "REASON"}}'
    name, _, value = _LINES.get(field, "").partition(" = ")
    return f'"{name}": {value}'


def _fill(template: str, field: str) -> str:
    """Replace the parts of a template that are the same in all problems of a field."""
    parts = {
        "{subject}": _SUBJECTS.get(field, field),
        "{field}": field,
        "{line}": _LINES.get(field, ""),
        "{json}": _json_line(field),
        "{optional}": "" if "missing" in _FIELD_KINDS[field] else ", or leave the field out",
    }
    for name, part in parts.items():
        template = template.replace(name, part)
    return template


#: Errors of the strict reading, which is for authors.
_STRICT_ONLY = frozenset(
    {
        *("tagline.too-long", "tagline.outer-whitespace", "tagline.control-character"),
        *("tagline.trailing-punctuation", "copyright.bad-year", "copyright.missing-name"),
        *("permissions.not-a-table", "permissions.unknown-key", "permissions.empty"),
        *("permissions.none-for-type", "tags.no-list"),
        *("permissions.outer-whitespace", "permissions.control-character"),
        *("permissions.too-long", "permissions.trailing-punctuation", "tags.unknown-tag"),
        *("blender_version_min.not-three-numbers", "blender_version_max.not-three-numbers"),
    }
)


#: Required fields that authors write under another name, see `extery.manifest.lint_keys`.
_HAS_ALIAS = ("name", "tagline", "maintainer", "license", "blender_version_min")


def _code(kind: str, field: str) -> Code:
    code = _KINDS[kind]
    if kind == "missing" and field not in _HAS_ALIAS:
        code = code._replace(variants={"json": code.variants["json"]})
    is_strict = f"{field}.{kind.partition('/')[0]}" in _STRICT_ONLY
    installation = _LENIENT if is_strict else _ALL_REFUSE
    return code._replace(
        installation=_SHOWN if code.stricter else installation,
        title=_fill(code.title, field),
        message=_fill(code.message, field),
        hint=_fill(code.hint, field),
        variants={
            name: (_fill(message, field), _fill(hint, field))
            for name, (message, hint) in code.variants.items()
        },
    )


CODES = {
    **{name: code._replace(installation=_ALL_REFUSE) for name, code in _FILE.items()},
    **{
        f"manifest.{field}.{kind.partition('/')[0]}": _code(kind, field)
        for field, kinds in _FIELD_KINDS.items()
        for kind in kinds
    },
    **_ASSET_LIBRARY,
    **_WARNINGS,
}
