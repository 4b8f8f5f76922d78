"""Codes of errors and warnings about ``[asset_library]`` in manifests."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import fails, installs
from extery.core.types import ASSET_LIBRARY

_REFUSED = "Blender 5.3 and newer refuse the manifest"
_FAILS = fails("Blender 5.3 and newer refuse the manifest, whatever the type")
_LINE = 'remote_url = "https://example.org/library/"'
#: In a listing no entry has the table.
_JSON = {"json": ("", 'remove "asset_library": Blender reads it from the package only')}
_SECTION = f"write a section [asset_library] with: {_LINE}"

CODES = {
    "manifest.asset_library.missing": Code(
        "error", "an asset library has no [asset_library]", "Blender installs it and shows no library, because it does not know where the assets are; its build refuses it.",
        stricter=True,
        build="error",
        installation=installs("it can be installed, and no library appears"),
        message="an asset library needs the table [asset_library] with its remote_url",
        hint=_SECTION,
    ),
    "manifest.asset_library.not-for-type": Code(
        "error", "[asset_library] in an extension of another type", "Blender ignores the table; its build refuses it.",
        stricter=True,
        build="error",
        installation=installs("Blender ignores the table"),
        message="[asset_library] has no effect in {types}",
        hint=f'remove the table, or write type = "{ASSET_LIBRARY.name}" if this is an asset library',
        example={"types": "add-ons"},
    ),
    "manifest.asset_library.wrong-type": Code(
        "error", "asset_library is not a table", f"{_REFUSED}, of every type.",
        installation=_FAILS,
        message="asset_library must be a table, found a {type}: {value}",
        hint=_SECTION,
        variants=_JSON,
        example={"type": "string", "value": "'https://example.org/library/'"},
    ),
    "manifest.asset_library.url-missing": Code(
        "error", "[asset_library] has no remote_url", f"{_REFUSED}: the assets are loaded from this address.",
        installation=_FAILS,
        message="asset_library.remote_url is missing",
        hint=f"add a line such as: {_LINE}",
        variants={**_JSON, "similar": ("", "rename {similar} to 'remote_url'")},
    ),
    "manifest.asset_library.url-wrong-type": Code(
        "error", "remote_url is not a string", f"{_REFUSED}: the assets are loaded from this address.",
        installation=_FAILS,
        message="asset_library.remote_url must be a string, found a {type}: {value}",
        hint=f"write it as: {_LINE}",
        variants=_JSON,
        example={"type": "number", "value": "3"},
    ),
    "manifest.asset_library.url-empty": Code(
        "error", "remote_url is empty", f"{_REFUSED}: the assets are loaded from this address.",
        installation=_FAILS,
        message="asset_library.remote_url must not be empty",
        hint=f"write it as: {_LINE}",
        variants=_JSON,
    ),
    "manifest.asset_library.url-not-http": Code(
        "error", "remote_url is not a web address", f"{_REFUSED}: the address must begin with http:// or https://, in lower case.",
        installation=_FAILS,
        message="asset_library.remote_url must begin with https:// or http://, found {value}",
        hint="write {suggestion}",
        variants={
            **_JSON,
            "file": ("", "serve the folder over http or https: Blender loads asset libraries from nowhere else"),
            "other": ("", f"write the whole address, for example: {_LINE}"),
        },
        example={"value": "'HTTPS://example.org/library/'", "suggestion": "'https://example.org/library/'"},
    ),
    "manifest.asset_library.auth-wrong-type": Code(
        "error", "auth is not a table", f"{_REFUSED}: how to sign in takes two values.",
        installation=_FAILS,
        message="asset_library.auth must be a table, found a {type}: {value}",
        hint='leave it out if no token is needed, or write a section [asset_library.auth] with: required = true; auth_method = "TOKEN"',
        variants=_JSON,
        example={"type": "boolean", "value": "True"},
    ),
    "manifest.asset_library.auth-missing": Code(
        "error", "a value of [asset_library.auth] is missing", f"{_REFUSED}: the table needs both required and auth_method.",
        installation=_FAILS,
        message="asset_library.auth.{key} is missing",
        hint="add the line {line}, or remove the table if no token is needed",
        variants=_JSON,
        example={"key": "required", "line": "required = true"},
    ),
    "manifest.asset_library.auth-wrong-value": Code(
        "error", "a value of [asset_library.auth] has the wrong type", f"{_REFUSED}: required is true or false, auth_method a string.",
        installation=_FAILS,
        message="asset_library.auth.{key} must be {expected}, found a {type}: {value}",
        hint="write it as: {line}",
        variants=_JSON,
        example={"key": "required", "expected": "true or false", "type": "string", "value": "'yes'", "line": "required = true"},
    ),
    "manifest.asset_library.auth-unknown-method": Code(
        "error", "auth_method is unknown", f"{_REFUSED} of an author; clients install it, and may not be able to sign in.",
        installation=installs("clients accept any method, as a newer Blender may know more"),
        message="asset_library.auth.auth_method must be {known}, found {value}",
        hint="write it as: {line}",
        example={"known": "TOKEN", "value": "'token'", "line": 'auth_method = "TOKEN"'},
    ),
    "manifest.asset_library.url-not-address": Code(
        "warning", "remote_url is no complete web address", "Blender accepts any text after https://, and then finds no library.",
        message="{value} is not a complete web address",
        hint=f"write the whole address, without blanks, for example: {_LINE}",
        example={"value": "'https://'"},
    ),
    "manifest.asset_library.url-not-https": Code(
        "warning", "remote_url is not encrypted", "Anyone on the way can replace the assets and read the token.",
        message="{value} begins with http://",
        hint="write https:// if the server supports it",
        example={"value": "'http://example.org/library/'"},
    ),
    "manifest.asset_library.url-no-slash": Code(
        "warning", "remote_url does not end in a slash", "Addresses in the library are relative to it: without the slash its last part is replaced. Blender adds one.",
        message="{value} does not end in a slash",
        hint="write {suggestion}",
        example={"value": "'https://example.org/library'", "suggestion": "'https://example.org/library/'"},
    ),
    "manifest.asset_library.url-query": Code(
        "warning", "remote_url has a query or a fragment", "Blender joins names of files to the address: what follows ? or # is lost, or breaks it.",
        message="{value} has a query or a fragment, which Blender loses",
        hint="write {suggestion}, and serve the library at an address without them",
        example={"value": "'https://example.org/library/?v=2'", "suggestion": "'https://example.org/library/'"},
    ),
    "manifest.asset_library.auth-not-required": Code(
        "warning", "[asset_library.auth] with required = false", "Blender then offers a token for a library that works without one.",
        message="asset_library.auth says that no token is required",
        hint="remove the table unless a token gives access to more",
    ),
    "manifest.asset_library.unknown-key": Code(
        "warning", "[asset_library] has an unknown key", "Blender ignores it, which often hides a misspelling.",
        message="{key} is not a key of [{table}]",
        hint="remove it",
        variants={"similar": ("", "did you mean {similar!r}?")},
        example={"key": "'remote_uri'", "table": "asset_library"},
    ),
}  # fmt: skip
