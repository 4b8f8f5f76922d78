"""What can be wrong with a manifest. A code is ``manifest.<field>.<kind>``."""

from __future__ import annotations

from typing import Literal

from extery.core.codes import Code

_REFUSED = "Blender refuses the manifest"

#: Kinds that Blender refuses too: kind -> (title, why). ``{field}`` is filled in.
_ERRORS = {
    "missing": ("{field} is missing", f"{_REFUSED}: every one needs this field."),
    "wrong-type": ("{field} has the wrong type", f"{_REFUSED}: the value is of another type than the schema says."),
    "wrong-type-item": ("an item of {field} has the wrong type", f"{_REFUSED}: all items have to be strings."),
    "empty": ("{field} is empty", f"{_REFUSED}: a field that is not needed is left out, never left empty."),
    "blank-item": ("an item of {field} is blank", f"{_REFUSED}: an item without text says nothing."),
    "outer-whitespace": ("{field} begins or ends with white space", f"{_REFUSED}: it would be shown out of line."),
    "control-character": ("{field} has a control character", f"{_REFUSED}: line breaks, tabs and the like cannot be shown in one line."),
    "too-long": ("{field} is too long", f"{_REFUSED}: at most 64 characters fit where Blender shows it."),
    "trailing-punctuation": ("{field} ends with punctuation", f"{_REFUSED}: the text has to end in a letter, a digit or a closing bracket."),
    "not-identifier": ("{field} is not an identifier", f"{_REFUSED}: the id becomes the name of a Python module."),
    "double-underscore": ("{field} has two underscores in a row", f"{_REFUSED}: Python gives such names a meaning of their own."),
    "outer-underscore": ("{field} begins or ends with an underscore", f"{_REFUSED}: such names are private in Python and hidden in Blender."),
    "bad-version": ("{field} is not a semantic version", f"{_REFUSED}: updates need versions that can be told apart."),
    "unknown-type": ("{field} is not a known type", f"{_REFUSED}: it knows add-on and theme."),
    "not-three-numbers": ("{field} is not three numbers", f"{_REFUSED}: a Blender version is written as 4.2.0."),
    "not-numbers": ("{field} is not a Blender version", f"{_REFUSED}: a version is numbers with dots between them."),
    "bad-year": ("an item of {field} does not begin with years", f"{_REFUSED}: it has to be 'YEAR NAME' or 'YEAR-YEAR NAME'."),
    "missing-name": ("an item of {field} has no name", f"{_REFUSED}: it has to be 'YEAR NAME' or 'YEAR-YEAR NAME'."),
    "not-a-table": ("{field} is not a table", f"{_REFUSED}: since the first beta each permission has a reason, so a list is not enough."),
    "unknown-key": ("{field} has a key that is not known", f"{_REFUSED}: it can only explain the permissions it knows."),
    "unknown-tag": ("a tag is not on the list", "Blender's own command line and most sites refuse it: a free tag cannot be browsed by."),
    "bad-character": ("a path in {field} has a forbidden character", f"{_REFUSED}: paths use / and no quotes."),
    "not-a-wheel": ("an item of {field} is not a wheel", f"{_REFUSED}: the file has to end in .whl."),
    "bad-wheel-name": ("an item of {field} is not named like a wheel", f"{_REFUSED}: name-version-python-abi-platform.whl tells it where the wheel fits."),
}  # fmt: skip

_TEXT = ("wrong-type", "empty", "outer-whitespace", "control-character")
_LIST = ("wrong-type", "empty", "wrong-type-item", "blank-item")
_TERSE = (*_TEXT, "too-long", "trailing-punctuation")
_REQUIRED = ("missing",)

#: Field -> the kinds of errors it can have.
_FIELD_ERRORS = {
    "id": (*_REQUIRED, "wrong-type", "not-identifier", "double-underscore", "outer-underscore"),
    "schema_version": (*_REQUIRED, "wrong-type", "bad-version"),
    "name": (*_REQUIRED, *_TEXT),
    "tagline": (*_REQUIRED, *_TERSE),
    "version": (*_REQUIRED, "wrong-type", "bad-version"),
    "type": (*_REQUIRED, "wrong-type", "unknown-type"),
    "maintainer": (*_REQUIRED, *_TEXT),
    "license": (*_REQUIRED, *_LIST),
    "blender_version_min": (*_REQUIRED, "wrong-type", "not-three-numbers", "not-numbers"),
    "blender_version_max": ("wrong-type", "not-three-numbers", "not-numbers"),
    "website": _TEXT,
    "copyright": ("wrong-type", "wrong-type-item", "blank-item", "bad-year", "missing-name"),
    "permissions": ("wrong-type", "not-a-table", "unknown-key", "wrong-type-item", *_TERSE[1:]),
    "tags": (*_LIST, "unknown-tag"),
    "platforms": _LIST,
    "wheels": (
        "wrong-type",
        "wrong-type-item",
        "blank-item",
        "bad-character",
        "outer-whitespace",
        "control-character",
        "not-a-wheel",
        "bad-wheel-name",
    ),
}

#: What Blender lets pass and we advise against: code -> (title, why).
_WARNINGS = {
    "id.keyword": ("id is a Python keyword", "Blender takes it, but 'import' statements with the name do not work."),
    "id.not-ascii": ("id has letters outside ASCII", "Blender takes it, but file systems and archives spell such names in several ways."),
    "id.capitals": ("id has capital letters", "Two ids that differ in case only share one folder on Windows and macOS."),
    "schema_version.unknown": ("schema_version is not one we know", "Blender never looks at the number; another number promises fields that nobody reads."),
    "version.trailing-newline": ("version ends with a line break", "It slips through Blender's check and then differs from every version written without."),
    "blender_version_min.too-old": ("blender_version_min is older than extensions are", "Extensions came with Blender 4.2; an older number has no effect."),
    "blender_version_min.odd-digits": ("blender_version_min uses digits that are not 0 to 9", "Blender reads them; people and other tools may not."),
    "blender_version_max.empty": ("blender_version_max is empty", "Blender prints an error each time it looks, and cannot make a listing when the id occurs twice."),
    "blender_version_max.empty-range": ("no Blender version fits", "The maximum is exclusive: it has to be above the minimum."),
    "website.not-url": ("website is not a web address", "Blender opens it in a browser as it is."),
    "license.no-prefix": ("a licence has no SPDX: prefix", "Without it nobody can tell a licence's identifier from a remark."),
    "license.unknown": ("a licence is not on the SPDX list", "Sites show and link licences by the identifiers of that list."),
    "copyright.empty": ("copyright is an empty list", "It says nothing; leave the field out."),
    "permissions.no-reasons": ("permissions is an empty table", "It says nothing; leave the table out."),
    "tags.duplicate": ("a tag is listed twice", "It is shown twice."),
    "platforms.unknown": ("a platform is not one that Blender runs on", "Blender compares the text: nobody will be able to install it there."),
    "platforms.duplicate": ("a platform is listed twice", "A split build would make the same package twice."),
    "wheels.empty": ("wheels is an empty list", "It says nothing; leave the field out."),
    "wheels.duplicate": ("a wheel is listed twice", "It would be packed twice."),
    "wheels.outside": ("a wheel's path leads out of the folder", "Blender packs it under a name that no client can unpack to the same place."),
    "wheels.no-platform": ("a wheel fits no Blender platform", "Blender skips it without a word on every machine."),
    "wheels.unlisted-platform": ("a wheel is for a platform that is not listed", "A split build leaves it out, and other packages carry it in vain."),
    "wheels.platform-without": ("a listed platform has no wheel of a library", "The add-on would be installed there and fail on import."),
    "build.not-a-table": ("build is not a table", "Blender's tools crash on the finished package."),
    "key.unknown": ("the manifest has a field that is not known", "Blender ignores it, which often hides a misspelling."),
}  # fmt: skip

_SYNTAX = {
    "toml.syntax": ("the manifest is not TOML", f"{_REFUSED}: it cannot be read at all."),
    "toml.bom": ("the manifest begins with a byte order mark", f"{_REFUSED}: the mark is invisible in editors but not part of TOML."),
    "toml.not-utf-8": ("the manifest is not UTF-8", f"{_REFUSED}: TOML is always UTF-8."),
    "file.missing": ("there is no manifest", "Blender knows an extension by its blender_manifest.toml."),
    "file.unreadable": ("the manifest cannot be read", "The system refused to open it."),
    "file.too-large": ("the manifest is far larger than any real one", "A file of this size is read by no one and is most likely a mistake or an attack."),
}  # fmt: skip


def _codes() -> dict[str, Code]:
    found: dict[str, Code] = {}

    def put(code: str, severity: Literal["error", "warning"], title: str, why: str) -> None:
        assert f"manifest.{code}" not in found, code
        found[f"manifest.{code}"] = Code(severity, title, why)

    for code, (title, why) in _SYNTAX.items():
        put(code, "error", title, why)
    for field, kinds in _FIELD_ERRORS.items():
        for kind in kinds:
            title, why = _ERRORS[kind]
            put(f"{field}.{kind}", "error", title.format(field=field), why)
    for code, (title, why) in _WARNINGS.items():
        put(code, "warning", title, why)
    return found


CODES = _codes()
