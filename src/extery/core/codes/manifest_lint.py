"""Codes of warnings about manifests: values that Blender accepts and that cause trouble later."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "manifest.id.keyword": Code(
        "warning", "id is a Python keyword", "Blender accepts it, but 'import' statements with the name do not work.",
        message="id {value} is a keyword of Python",
        hint="choose another, for example {suggestion!r}",
        example={"value": "'class'", "suggestion": "class_tool"},
    ),
    "manifest.id.not-ascii": Code(
        "warning", "id has letters outside ASCII", "Blender accepts it, but file systems and archives spell such names in several ways.",
        message="id {value} has letters outside ASCII",
        hint="use a to z, 0 to 9 and underscores",
        example={"value": "'zahnräder'"},
    ),
    "manifest.id.capitals": Code(
        "warning", "id has capital letters", "Two ids that differ in case only share one folder on Windows and macOS.",
        message="id {value} has capital letters",
        hint="write {suggestion!r}, unless it is published already",
        example={"value": "'GearTool'", "suggestion": "geartool"},
    ),
    "manifest.schema_version.unknown": Code(
        "warning", "schema_version is unknown", "Blender ignores the number, and with it the fields of other versions of the schema.",
        message="schema_version {value} is unknown",
        hint="write {latest!r}; the extension's own version is the field version",
        example={"value": "'1.0.1'", "latest": "1.0.0"},
    ),
    "manifest.version.trailing-newline": Code(
        "warning", "version ends with a line break", "Blender's check accepts it, and the version then differs from the same one without a line break.",
        message="version ends with a line break",
        hint="write it on one line",
    ),
    "manifest.blender_version_min.too-old": Code(
        "warning", "blender_version_min is older than extensions of the type", "Extensions came with Blender 4.2 and asset libraries with 5.3; an older number has no effect.",
        message="blender_version_min is {value}, but {types} came with {first}",
        hint="write {first!r}, or the oldest version you have tried",
        example={"value": "'4.0.0'", "types": "extensions", "first": "4.2.0"},
    ),
    "manifest.blender_version_min.odd-digits": Code(
        "warning", "blender_version_min uses digits that are not 0 to 9", "Blender reads them; people and other tools may not.",
        message="blender_version_min has digits other than 0 to 9",
        hint="write them as 0 to 9",
    ),
    "manifest.blender_version_max.empty": Code(
        "warning", "blender_version_max is empty", "Blender prints an error each time it reads the field, and cannot make a listing when the id occurs twice.",
        message="blender_version_max is empty",
        hint="leave the field out",
    ),
    "manifest.blender_version_max.inclusive": Code(
        "warning", "blender_version_max looks like the last supported version", "The maximum is exclusive: it is the first Blender that is not supported. With 4.4.9, Blender 4.4.9 and all later versions are excluded.",
        message="blender_version_max is exclusive: {value} is the first Blender that is not supported",
        hint="write {suggestion!r} to support all of Blender {series}",
        variants={"open": ("", "remove it to support every newer Blender")},
        example={"value": "'4.4.9'", "suggestion": "4.5.0", "series": "4.4"},
    ),
    "manifest.blender_version_max.empty-range": Code(
        "warning", "no Blender version fits", "The maximum is exclusive, so it must be above the minimum.",
        message="no Blender is at least {minimum} and below {maximum}",
        hint="set the maximum to the first version that is no longer supported",
        example={"minimum": "5.0.0", "maximum": "4.2.0"},
    ),
    "manifest.website.not-url": Code(
        "warning", "website is not a web address", "Blender opens it in a browser unchanged.",
        message="website is not a web address: {value}",
        hint="write the whole address, beginning with https://",
        example={"value": "'example.org'"},
    ),
    "manifest.license.no-prefix": Code(
        "warning", "a licence has no SPDX: prefix", "Without the prefix, tools cannot distinguish an identifier from a remark.",
        message="{value} has no SPDX: prefix",
        hint="write {suggestion!r}",
        example={"value": "'GPL-3.0-or-later'", "suggestion": "SPDX:GPL-3.0-or-later"},
    ),
    "manifest.license.unknown": Code(
        "warning", "a licence is not on the SPDX list", "Sites show and link licences by the identifiers of that list.",
        message="{value} is not a licence of the SPDX list",
        hint="write for example 'SPDX:GPL-3.0-or-later'; the list is at spdx.org/licenses",
        variants={"similar": ("", "write {suggestion!r}")},
        example={"value": "'SPDX:GPL3'", "variant": "similar", "suggestion": "SPDX:GPL-3.0-or-later"},
    ),
    "manifest.license.deprecated": Code(
        "warning", "a licence has a deprecated identifier", "The SPDX list has replaced it: 'GPL-3.0' does not state whether later versions are allowed.",
        message="{value} is a deprecated identifier of the SPDX list",
        hint="write {suggestion!r}",
        variants={"ambiguous": ("", "write {suggestion!r}, or {only!r} if later versions are not allowed")},
        example={"value": "'SPDX:GPL-3.0'", "variant": "ambiguous", "suggestion": "SPDX:GPL-3.0-or-later", "only": "SPDX:GPL-3.0-only"},
    ),
    "manifest.copyright.empty": Code(
        "warning", "copyright is an empty list", "It has no effect.",
        message="copyright is empty",
        hint="leave it out",
    ),
    "manifest.permissions.no-reasons": Code(
        "warning", "permissions is an empty table", "It has no effect.",
        message="permissions is empty",
        hint="leave it out",
    ),
    "manifest.tags.duplicate": Code(
        "warning", "a tag is listed twice", "It is shown twice.",
        message="tags has {value} twice",
        hint="remove one of them",
        example={"value": "'Mesh'"},
    ),
    "manifest.platforms.unknown": Code(
        "warning", "a platform is not one that Blender runs on", "Blender compares the text, so the extension cannot be installed there.",
        message="{value} is not a platform of Blender",
        hint="choose from: {known}",
        variants={"similar": ("", "write {suggestion}"), "every": ("", "remove the list: without it the extension is for every platform")},
        example={"value": "'win64'", "known": "windows-x64, linux-x64", "variant": "similar", "suggestion": "'windows-x64'"},
    ),
    "manifest.platforms.duplicate": Code(
        "warning", "a platform is listed twice", "A split build would make the same package twice.",
        message="platforms has {value} twice",
        hint="remove one of them",
        example={"value": "'linux-x64'"},
    ),
    "manifest.wheels.empty": Code(
        "warning", "wheels is an empty list", "It has no effect.",
        message="wheels is empty",
        hint="leave it out",
    ),
    "manifest.wheels.no-effect": Code(
        "warning", "wheels in an extension that is no add-on", "Blender installs the wheels of add-ons only.",
        message="wheels have no effect in {types}",
        hint="remove the field and the files",
        example={"types": "themes"},
    ),
    "manifest.platforms.no-effect": Code(
        "warning", "platforms in an asset library", "It has no code, so there is no reason to offer it to some systems only.",
        message="{types} work on every platform",
        hint="remove the field",
        example={"types": "asset libraries"},
    ),
    "manifest.wheels.duplicate": Code(
        "warning", "a wheel is listed twice", "It would be packed twice.",
        message="wheels has {value} twice",
        hint="remove one of them",
        example={"value": "'./wheels/gears-1.0-py3-none-any.whl'"},
    ),
    "manifest.wheels.outside": Code(
        "warning", "a wheel's path leads out of the folder", "Blender packs it under a name that no client can unpack to the same place.",
        message="{value} leads out of the extension's folder",
        hint="copy the wheel into the folder, for example to ./wheels/",
        example={"value": "'../gears-1.0-py3-none-any.whl'"},
    ),
    "manifest.wheels.no-platform": Code(
        "warning", "a wheel fits no Blender platform", "Blender skips it on every machine, without a message.",
        message="the wheel of {library} is for {tag!r}, which no Blender runs on",
        hint="use the 64-bit wheel",
        variants={
            "several": ("the wheels of {library} are for {tag!r}, which no Blender runs on", "use the 64-bit wheels"),
            "more": ("the wheels of {library} and {more} more are for {tag!r}, which no Blender runs on", "use the 64-bit wheels"),
        },
        example={"library": "gears", "tag": "win32", "more": 3},
    ),
    "manifest.wheels.unlisted-platform": Code(
        "warning", "a wheel is for a platform that is not listed", "A split build leaves it out, and other packages contain it without a use.",
        message="the wheel of {library} is for {fits}, which platforms does not list",
        hint="add the platform, or remove the wheel",
        variants={
            "several": ("the wheels of {library} are for {fits}, which platforms does not list", "add the platform, or remove the wheels"),
            "more": ("the wheels of {library} and {more} more are for {fits}, which platforms does not list", "add the platform, or remove the wheels"),
        },
        example={"library": "gears", "fits": "macos-arm64", "more": 3},
    ),
    "manifest.wheels.platform-without": Code(
        "warning", "a listed platform has no wheel of a library", "The add-on can be installed there and then fails on import.",
        message="platforms lists {platform}, but there is no wheel of {library} for it",
        hint="add that wheel, or remove the platform from the list",
        variants={
            "several": ("platforms lists {platform}, but there are no wheels of {library} for it", "add those wheels, or remove the platform from the list"),
            "more": ("platforms lists {platform}, but there are no wheels of {library} and {more} more for it", "add those wheels, or remove the platform from the list"),
        },
        example={"platform": "'linux-x64'", "library": "gears", "more": 3},
    ),
    "manifest.build.not-a-table": Code(
        "warning", "build is not a table", "Blender's tools crash on the finished package.",
        message="build must be a table",
        hint="write a section [build]",
    ),
    "manifest.key.unknown": Code(
        "warning", "the manifest has an unknown field", "Blender ignores it, which often hides a misspelling.",
        message="{key} is not a field of the manifest",
        hint="remove it",
        variants={
            "similar": ("", "did you mean {similar!r}?"),
            "renamed": ("", "replace the line with: {line}"),
            "covered": ("", "remove it; the manifest has {similar}"),
            "second": ("", "remove it; {first} is in place of {similar} already"),
            "permission": ("{key} is a permission, not a field of the manifest", "move it below a line [permissions]: {line}"),
            "build": ("{key} is a key of [build], not a field of the manifest", "move it below a line [build]"),
            "misplaced": ("{key} is a field of the manifest, and has no effect in [build]", "move it above the line [build]"),
            "in-build": ("{key} is not a key of [build]", "remove it; the keys are {known}"),
        },
        example={"key": "'tag'", "variant": "similar", "similar": "tags", "first": "'category'", "line": 'tags = ["Mesh"]', "known": "paths, paths_exclude_pattern"},
    ),
}  # fmt: skip
