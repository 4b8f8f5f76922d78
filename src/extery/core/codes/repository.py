"""Codes of whole repositories: mirroring, checking and previewing them."""

from __future__ import annotations

from extery.core.codes import Code, fetch, locks

_REFUSED = (
    "Blender compares it during the installation and refuses the package, after it was offered."
)
_FAILS = "Blender shows the extension, and its installation fails."
_REGENERATE = "generate the listing again"


def _fetched(code: str) -> dict[str, tuple[str, str]]:
    """Return the texts of a fetch problem as variants ``fetched`` and ``fetched-VARIANT``."""
    row = fetch.CODES[code]
    variants = {
        f"fetched-{name}": (message or row.message, hint or row.hint)
        for name, (message, hint) in row.variants.items()
    }
    return {"fetched": (row.message, row.hint), **variants}


_NEWER = "{{{}_min}} and newer"
_UNTIL = "{{{0}_min}} up to, not including, {{{0}_max}}"
#: Which ranges have a maximum -> the message.
_RANGES = {
    name: f"Blender versions are {stated.format('stated')}, those of the package {actual.format('actual')}"
    for name, stated, actual in (
        ("", _NEWER, _NEWER),
        ("stated-max", _UNTIL, _NEWER),
        ("actual-max", _NEWER, _UNTIL),
        ("both-max", _UNTIL, _UNTIL),
    )
}

CODES = {
    "mirror.locked": locks.folder_in_use("Two mirrors in one folder would remove each other's files."),
    "mirror.lock-unusable": locks.lock_unusable("Without a lock, two mirrors in one folder could remove each other's files."),
    "mirror.package-mismatch": Code(
        "error", "a package has another id or version than its entry", "Blender compares id and version, and refuses to install the package.",
        message="the package of {id} {version} is {actual_id} {actual_version}",
        hint="report it to the owner of the repository: Blender refuses to install it",
        example={"id": "gear_tool", "version": "1.2.3", "actual_id": "gear_tool", "actual_version": "1.2.4"},
    ),
    "mirror.not-a-mirror": Code(
        "error", "the folder has a repository that is not a mirror", "A mirror replaces the listing, which would overwrite the repository.",
        message="{folder} has a listing that was not written by extery mirror",
        hint="give an empty folder, or one that does not exist yet",
        example={"folder": "extensions"},
    ),
    "mirror.other-source": Code(
        "error", "the folder mirrors another repository", "All of its packages would be removed, which is rarely intended.",
        message="{folder} is a mirror of {source}",
        hint="give another folder, or --new-source if the repository has moved",
        example={"folder": "mirror", "source": "https://example.org/index.json"},
    ),
    "mirror.unwritable": locks.unwritable("the mirror cannot be written"),
    "mirror.system-left-out": Code(
        "warning", "an older version is not offered to every platform", "A listing cannot exclude platforms, so platforms that no package lists get no version of the extension.",
        message="{id} {version} is left out for platforms that no package lists",
        hint="mirror with --platform for each platform that you use",
        example={"id": "gear_tool", "version": "1.2.3"},
    ),
    "mirror.type-left-out": Code(
        "warning", "an entry is left out because its type is not known", "A mirror cannot check such a package, and Blender 4.2 to 5.0 refuse a whole listing for one entry of a type that they do not know.",
        message="{id} is left out: its type is {type}, which extery does not know",
        hint="report it to the owner of the repository, or update extery if Blender has a new type",
        variants={"several": ("{id} and {more} more are left out: their type is {type}, which extery does not know", "")},
        example={"id": "'gear_keys'", "type": "'keymap'", "more": 2},
    ),
    "mirror.no-match": Code(
        "warning", "no extension passes the filters", "The mirror is empty, often because of a misspelt filter.",
        message="no extension of {url} passes the filters",
        hint="check the filters",
        example={"url": "https://example.org/index.json"},
    ),
    "server.compressed": Code(
        "error", "a listing or a package is compressed although that was not requested", "Blender does not decode it, and refuses what it received.",
        message="the server sends the listing compressed although the request did not accept it",
        hint="compress only for clients whose Accept-Encoding has it",
        variants=_fetched("fetch.compressed"),
        example=fetch.CODES["fetch.compressed"].example,
    ),
    "server.type-not-for-all": Code(
        "warning", "the listing has entries of a type that old Blenders do not know", "Blender 4.2 to 5.0 refuse a whole listing for one such entry, and show what they read before, for good.",
        message="Blender {blenders} cannot sync this repository: {id} has type {type}",
        hint="list it in a folder of its own, such as {folder} beside index.json, as extery server-generate does, for Blender {first} and newer",
        variants={
            "several": ("Blender {blenders} cannot sync this repository: {id} and {more} more have type {type}", "list them in a folder of their own, such as {folder} beside index.json, as extery server-generate does, for Blender {first} and newer"),
            "unknown": ("Blender {blenders} cannot sync this repository: {id} has type {type}, which extery does not know", "remove it, or list it in a folder of its own for Blenders that know the type"),
            "unknown-several": ("Blender {blenders} cannot sync this repository: {id} and {more} more have type {type}, which extery does not know", "remove them, or list them in a folder of their own for Blenders that know the type"),
        },
        example={"blenders": "4.2 to 5.0", "id": "'gear_keys'", "type": "'keymap'", "more": 2, "folder": "blender-5.3/", "first": "5.3", "variant": "unknown"},
    ),
    "server.type-unknown": Code(
        "warning", "an entry has a type that Extery does not know", "Blender 5.1 and newer ignore entries of types that they do not know, and the package was not checked.",
        message="{id} has type {type}, which extery does not know",
        hint="check the type, or update extery if Blender has a new one",
        variants={"several": ("{id} and {more} more have type {type}, which extery does not know", "")},
        example={"id": "'gear_keys'", "type": "'keymap'", "more": 2},
    ),
    "server.auth-method": Code(
        "error", "the authentication of asset libraries is not a text", "Blender 5.3 syncs the repository, and can install nothing from it.",
        message="assetlib_auth_method must be PER_LIBRARY or FROM_REPOSITORY, found {value}",
        hint="generate the listing again, with --assetlib-auth-method if asset libraries need the token of the repository",
        example={"value": "None"},
    ),
    "server.auth-method-unknown": Code(
        "warning", "the authentication of asset libraries is unknown", "Blender 5.3 prints an error and uses PER_LIBRARY.",
        message="assetlib_auth_method must be PER_LIBRARY or FROM_REPOSITORY, found {value}",
        hint="generate the listing again, with --assetlib-auth-method if asset libraries need the token of the repository",
        example={"value": "'per_library'"},
    ),
    "server.block-key": Code(
        "warning", "an item of the blocklist has an unknown key", "Blender reads id and reason only. A key of the whole file that was written below a block has no effect.",
        message="an item of the blocklist has id and reason, found {key!r} too",
        hint='remove "{key}" from the item; generate the listing again if that made it',
        example={"key": "retention"},
    ),
    "server.pythons": Code(
        "warning", "the Python versions of an entry cannot be read", "Blender prints an error at each sync, and offers the extension to every Python.",
        message="python_versions of {id} is not a list of strings",
        hint='write ["3.11"], or leave it out',
        example={"id": "gear_tool"},
    ),
    "server.block": Code(
        "warning", "an item of the blocklist cannot be used", "Blender accepts the listing and prints an error; without an id the item blocks nothing, and without a reason users cannot know why.",
        message="an item of blocklist has no id as text, and blocks nothing",
        hint='write {{"id": "…", "reason": "…"}}',
        variants={"reason": ("the block of {id} has no reason as text", "")},
        example={"id": "'gear_tool'"},
    ),
    "server.blender-version": Code(
        "warning", "a Blender version of an entry cannot be read", "Blender prints an error at each sync and ignores the limit.",
        message="{field} of {id} cannot be compared: {value}",
        hint="write three numbers, such as 5.1.0, or leave blender_version_max out",
        example={"id": "gear_tool", "field": "blender_version_max", "value": "''"},
    ),
    "server.address": Code(
        "error", "Blender cannot request the URL of a package", "Its HTTP library refuses spaces and non-ASCII characters, and treats everything before an @ as part of the host.",
        message="Blender cannot request {url}: {character!r} is not percent-encoded",
        hint="percent-encode spaces and non-ASCII characters",
        variants={"credentials": ("Blender cannot request {url}: it contains credentials", "remove the credentials")},
        example={"url": "https://example.org/gear tool-1.2.3.zip", "character": " "},
    ),
    "server.not-droppable": Code(
        "warning", "a package cannot be dropped onto Blender", "Blender accepts a dropped link only if its path ends in .zip, and finds its entry only without a query.",
        message="{url!r} cannot be dragged into Blender",
        hint="use a path that ends in .zip, without a query",
        example={"url": "./download?id=gear_tool"},
    ),
    "server.name-unsafe": Code(
        "warning", "a package has a name that does not work everywhere", "On other systems, or on a web server, the file may not be found under this name, or cannot be stored.",
        message="{url!r} has characters that some systems do not allow in names",
        hint="use letters, digits, '-', '_' and '.' in names of packages",
        variants={
            "outside": ("{url!r} leads out of its folder", ""),
            "empty-step": ("{url!r} has an empty step", ""),
            "reserved": ("{url!r} is a name that Windows does not allow", ""),
            "hidden": ("{url!r} is hidden, and many web servers do not serve hidden files", ""),
            "invisible": ("{url!r} has an invisible or reordering character: it looks like another name", ""),
            "non-ascii": ("{url!r} has non-ASCII characters, which some systems normalize differently", ""),
        },
        example={"url": "./gear*tool-1.2.3.zip"},
    ),
    "server.local-file": Code(
        "warning", "an entry refers to a local file", "Users on other computers cannot download the package.",
        message="{url!r} is a local file",
        hint="use ./NAME.zip for a package next to the listing",
        example={"url": "file:///srv/extensions/gear_tool-1.2.3.zip"},
    ),
    "server.not-encrypted": Code(
        "warning", "a package is downloaded over an unencrypted connection", "The listing is encrypted, but the download of this package can be observed.",
        message="{url} is not encrypted, though the listing is",
        hint="serve packages over https too",
        example={"url": "http://example.org/gear_tool-1.2.3.zip"},
    ),
    "server.archive-missing": Code(
        "error", "the package of an entry is missing", _FAILS,
        message="there is no package {file}: {reason}",
        hint="put it back, or generate the listing again",
        variants={"not-regular": ("{file} is not a regular file", ""), **_fetched("fetch.not-found")},
        example={**fetch.CODES["fetch.not-found"].example, "file": "gear_tool-1.2.3.zip", "reason": "No such file or directory"},
    ),
    "server.archive-size": Code(
        "error", "the size of a package differs from its entry", "Blender downloads the package and then refuses it.",
        message="the package has {size:,} bytes, its entry states {stated:,}",
        hint=_REGENERATE,
        variants=_fetched("fetch.size"),
        example={**fetch.CODES["fetch.size"].example, "stated": 18_195},
    ),
    "server.archive-hash": Code(
        "error", "the hash of a package differs from its entry", "Blender downloads the package and then refuses it.",
        message="the SHA-256 of the package is {sha256}",
        hint=_REGENERATE,
        variants=_fetched("fetch.hash"),
        example=fetch.CODES["fetch.hash"].example,
    ),
    "server.other-id": Code(
        "error", "a package has another id than its entry", _REFUSED,
        message="id is {stated!r}, in the package {actual!r}",
        hint=_REGENERATE,
        example={"stated": "gear_tool", "actual": "geartool"},
    ),
    "server.other-version": Code(
        "error", "a package has another version than its entry", _REFUSED,
        message="version is {stated!r}, in the package {actual!r}",
        hint=_REGENERATE,
        example={"stated": "1.2.4", "actual": "1.2.3"},
    ),
    "server.blender-range-too-wide": Code(
        "error", "an entry states Blender versions that its package does not support", _REFUSED,
        message=_RANGES[""],
        hint="state no more than the Blender versions of the package",
        variants={name: (text, "") for name, text in _RANGES.items() if name},
        example={"variant": "actual-max", "stated_min": "4.2.0", "stated_max": "5.0.0", "actual_min": "4.2.0", "actual_max": "5.0.0"},
    ),
    "server.platforms-too-wide": Code(
        "error", "an entry states platforms that its package does not support", _REFUSED,
        message="platforms are {stated}, those of the package {actual}",
        hint="state no more than the platforms of the package",
        variants={"all": ("platforms are all, those of the package {actual}", "")},
        example={"variant": "all", "stated": "linux-arm64", "actual": "linux-x64, windows-x64"},
    ),
    "server.pythons-too-wide": Code(
        "error", "an entry states Python versions that its package has no wheels for", "The extension can be installed and then not be loaded.",
        message="Python versions are {stated}, those of the package {actual}",
        hint="state no more than the Python versions of the package's wheels",
        variants={"all": ("Python versions are all, those of the package {actual}", "")},
        example={"stated": "3.11, 3.13", "actual": "3.11"},
    ),
    "server.metadata-differs": Code(
        "warning", "an entry describes its package differently", "People decide by what the listing states, above all by the permissions.",
        message="{field} is {stated}, in the package {actual}",
        hint=_REGENERATE,
        example={"field": "license", "stated": "['SPDX:MIT']", "actual": "['SPDX:GPL-3.0-or-later']"},
    ),
    "server.stale-companion": Code(
        "warning", "a companion of the listing is out of date", "Clients that accept compression, and mirrors that read changes.json, get another listing than Blender.",
        message="{names} does not belong to the listing, which was edited later",
        hint="generate the listing again, or remove it",
        variants={"several": ("{names} do not belong to the listing, which was edited later", "generate the listing again, or remove them"), "sent": ("the server sends another listing to clients that accept compression", "remove the compressed variants beside the listing, or generate it again")},
        example={"names": "index.json.gz"},
    ),
    "server.stale-page": Code(
        "warning", "the page is out of date", "People drag extensions from the page that Blender does not find in the listing.",
        message="{file} links to {names}, which no listing has",
        hint="generate the repository again with --html, or remove the page",
        variants={"several": ("{file} links to {names} and {more} more, which no listing has", "")},
        example={"file": "index.html", "names": "gear_tool-1.2.2.zip", "more": 2},
    ),
    "server.unlisted": Code(
        "warning", "a package of the folder has no entry", "It cannot be installed from this repository, and takes disk space.",
        message="no entry refers to {names}",
        hint="keep older versions if you like, and remove what is not needed",
        variants={"several": ("no entry refers to {names} and {more} more", "")},
        example={"names": "gear_tool-1.2.2.zip", "more": 2},
    ),
    "preview.folder-missing": Code(
        "error", "the folder to preview does not exist", "A preview serves one folder of this computer.",
        message="there is no folder {folder}",
        hint="give a folder with packages or a repository",
        example={"folder": "extensions"},
    ),
    "preview.port-in-use": Code(
        "error", "the port of the preview is in use", "Only one program can listen on a port.",
        message="port {port} is already in use",
        hint="choose another port with --port, or any free one with --port 0",
        example={"port": 8000},
    ),
    "preview.no-address": Code(
        "error", "the preview cannot listen on the address", "The operating system refused it.",
        message="cannot listen on {host} port {port}: {reason}",
        hint="check --host and --port",
        example={"host": "192.0.2.1", "port": 8000, "reason": "Cannot assign requested address"},
    ),
}  # fmt: skip
