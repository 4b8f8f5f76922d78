"""Codes of `extery server-generate`: from a folder of packages to a static repository."""

from __future__ import annotations

from extery.core.codes import Code, locks

_STOPS = "Blender's server-generate stops there too"
_TYPO = "It has no effect, often because of a misspelling."
_SIMILAR = {"similar": ("", "did you mean {similar!r}?")}

CODES = {
    "generate.folder-missing": Code(
        "error", "the folder of packages does not exist", "A repository is generated from the packages in one folder of this computer.",
        message="there is no folder {folder}: {reason}",
        hint="give the folder that has the packages, on this computer",
        example={"folder": "packages", "reason": "No such file or directory"},
    ),
    "generate.folder-named-zip": Code(
        "warning", "a folder is named like a package", "Packages are read from the folder itself, not from folders in it.",
        message="{name} is a folder and not listed",
        hint="put packages into the folder itself",
        example={"name": "gear_tool.zip"},
    ),
    "generate.suffix-uppercase": Code(
        "warning", "a package's name ends in capitals", "Blender reads names in .zip only, and leaves this package out without a message.",
        message="{name} is not listed: its name has to end in .zip",
        hint="rename it to {corrected}",
        example={"name": "gear_tool.ZIP", "corrected": "gear_tool.zip"},
    ),
    "generate.name-not-unicode": Code(
        "error", "a package has a name that is not Unicode", "A listing cannot contain the URL of such a file.",
        message="the name of {name} is not Unicode",
        hint="rename the file",
        example={"name": "gr\\xfcn.zip"},
    ),
    "generate.unwritable": locks.unwritable("a file of the repository cannot be written"),
    "generate.locked": locks.folder_in_use("Two runs in one folder would overwrite each other's listings. A lock ends with its process, so there is no file to remove."),
    "generate.lock-unusable": locks.lock_unusable("Without a lock, two runs in one folder could overwrite each other's listings."),
    "generate.not-a-file": Code(
        "warning", "a name in .zip is a pipe or a device", "It is left out: a zip is read from its end, and pipes and devices have none.",
        message="{name} is a pipe or a device, and not listed",
        hint="save the package as a file",
        example={"name": "gear_tool.zip"},
    ),
    "generate.file-not-owned": Code(
        "error", "a file of another origin has a name that a listing needs", "Nothing is written: extery replaces only files that it has written itself.",
        message="{path} already exists, and extery did not write it",
        hint="move it away",
        variants={
            "named": ("", "move it away, or give {audience} another name"),
            "legacy": ("", "move it away, leave out --legacy-repo-json, or replace it with --force"),
        },
        example={"path": "packages/beta/index.json", "audience": "channel beta", "variant": "named"},
    ),
    "generate.page-not-owned": Code(
        "error", "the page was not written by extery", "Nothing is written: the page may be a home page written by hand.",
        message="{path} already exists, and extery did not write it",
        hint="move it away, leave out --html, or replace it with --force",
        example={"path": "packages/index.html"},
    ),
    "generate.listing-edited": Code(
        "warning", "another program has edited the listing", "The edits are replaced now. Until now web servers sent the old content to clients that accept compression.",
        message="the listing was edited after {names} had been written; the edits are replaced",
        hint="set names, tags and addresses in blender_repo.toml, for example with archive_url",
        example={"names": "index.json.gz"},
    ),
    "generate.package-replaced": Code(
        "warning", "a version has other bytes than before", "Blenders and mirrors that know the old hash report a mismatch, and who has installed the version gets no update.",
        message="{id} {version} was listed with {old_hash}, and has {new_hash} now",
        hint="give changed packages a new version; if the old bytes were never published, nothing is wrong",
        example={"id": "gear_tool", "version": "1.2.3", "old_hash": "sha256:9f86d0…", "new_hash": "sha256:60303a…"},
    ),
    "generate.config-missing": Code(
        "error", "the configuration cannot be read", "Without it, extensions that it blocks or leaves out would be listed.",
        message="{path} cannot be read: {reason}",
        hint="check the path",
        example={"path": "blender_repo.toml", "reason": "No such file or directory"},
    ),
    "generate.config-not-toml": Code(
        "error", "the configuration is not TOML", f"{_STOPS}: without the blocklist a blocked extension would be offered again.",
        message="{file} is not valid TOML: {error}",
        hint='blender_repo.toml begins with schema_version = "1.0.0"; a set has lines such as gear_tool = "1.2.0"',
        variants={
            "too-large": ("{file} has more than {limit:,} bytes", "split it into sets, or remove entries"),
            "dots": ("{file} has a key with more dots than TOML keys have levels", "remove the dots, or write the key in quotes"),
        },
        example={"file": "blender_repo.toml", "error": "Invalid value (at line 2, column 9)", "limit": 4194304},
    ),
    "generate.config-schema": Code(
        "error", "the configuration's schema_version is not supported", f"{_STOPS}: in another version the same keys may have another meaning.",
        message="schema_version must be {expected!r}, found {value}",
        hint='begin the file with: schema_version = "{expected}"',
        variants={"missing": ("schema_version is missing", "")},
        example={"expected": "1.0.0", "value": "'2.0.0'"},
    ),
    "generate.config-blocklist": Code(
        "error", "the blocklist is not a list of ids and reasons", f"{_STOPS}: Blender shows the reason to all users of the extension.",
        message="blocklist must be a list of tables, found {value}",
        hint='write for each: [[blocklist]], then id = "…" and reason = "…"',
        variants={
            "missing": ("an item of blocklist must have {keys} as text", ""),
            "unknown-key": ("an item of blocklist has id and reason, found {key!r} too", "remove it; a note can be a comment: # …"),
            "top-level": ("{key!r} belongs to the whole file, not to an item of blocklist", "move it above the first line in brackets: a key belongs to the [table] above it"),
        },
        example={"value": "'gear_tool'", "keys": "id and reason", "key": "retention"},
    ),
    "generate.config-value": Code(
        "error", "a value of the configuration is not valid", "Nothing is written: with a rule left out, the listing would have extensions that its owner excluded.",
        message="{key} is not valid, found {value}",
        hint="for example: {key} = {example}",
        variants={
            "text": ("{key} must be text, found {value}", ""),
            "texts": ("{key} must be a list of texts, found {value}", ""),
            "file": ("{key} must be the path of a file, found {value}", ""),
            "bool": ("{key} must be true or false, found {value}", ""),
            "count": ("{key} must be a number above 0, found {value}", ""),
            "url": ("{key} must be a URL that begins with http:// or https:// and has no ?, # or password, found {value}", ""),
            "archive-url": ("{key} must be a URL that begins with http:// or https:// and is percent-encoded, found {value}", ""),
            "archive-url-placeholder": ("only {{id}}, {{version}} and {{file}} are replaced in {key}, found {value}", ""),
            "archive-url-file": ("{key} must have {{file}}, which is replaced by the name of each package, found {value}", ""),
            "archive-url-page": ("{key} is the address of a page about files, not of the files, found {value}", "use releases/download/ in place of releases/tag/, or the raw file, for example: {key} = {example}"),
            "blender": ("{key} must be a Blender version such as 4.5.0, found {value}", ""),
            "auth_method": ("{key} must be PER_LIBRARY or FROM_REPOSITORY, found {value}", ""),
            "versions": ("{key} must be a table of ids and versions, found {value}", ""),
            "version": ("the version of {key} must be such as 1.2.0, found {value}", 'for example: {key} = "1.2.0"'),
            "invisible": ("{key} has the invisible or reordering character {character} at position {position}", "remove that character"),
            "misplaced": ("{key!r} belongs to the whole file, not to a table of ids and versions", "move it above the first line in brackets: a key belongs to the [table] above it"),
            "extensions": ("{key} must be a table with a table for each id, found {value}", ""),
            "channels": ("{key} must be a table with a table for each channel, found {value}", ""),
            "not-in-set": ("{key!r} belongs to blender_repo.toml; a set has ids and versions only", "remove it"),
            "set-version": ('{key} must be a version or "*", found {value}', 'for example: {key} = "1.2.0", or {key} = "*" for the newest'),
        },
        example={"key": "retention", "value": "0", "example": "3", "variant": "count", "character": "U+200B (zero width space)", "position": 5},
    ),
    "generate.config-name": Code(
        "error", "a channel or a set has an invalid name", "The name is a folder and a part of a URL.",
        message="{name!r} is not a valid name for a channel or a set",
        hint="use lowercase letters, digits, - and _, for example 'beta'; {reserved} are reserved",
        example={"name": "Beta 2", "reserved": "all-versions, platforms, sets"},
    ),
    "generate.config-unknown-id": Code(
        "warning", "the configuration names an id without a package", _TYPO,
        message="no package here has the id {id!r}",
        hint="put its package into the folder",
        variants=_SIMILAR,
        example={"id": "gaer_tool", "variant": "similar", "similar": "gear_tool"},
    ),
    "generate.version-missing": Code(
        "error", "a requested version does not exist", "A channel, a set or a pin names it, and its users rely on it. The rest is listed.",
        message="there is no package of {id}, which this listing asks for",
        hint="put the package into the folder, or name another version",
        variants={"version": ("there is no package of {id} {version}, which this listing asks for", "")},
        example={"id": "gear_tool", "version": "1.2.0", "variant": "version"},
    ),
    "generate.content-changed": Code(
        "warning", "a package has changed with the same size and time", "Only --verify detects it. The new bytes are listed, but a damaged disk is more likely than a deliberate change.",
        message="{name} has other bytes, but the same size and time as before",
        hint="find out what changed it: a damaged disk or copy has this symptom",
        example={"name": "gear_tool-1.2.3.zip"},
    ),
    "generate.config-unknown-key": Code(
        "warning", "the configuration has an unknown key", _TYPO,
        message="{key!r} has no effect",
        hint="known are {known}",
        variants={**_SIMILAR, "top-level": ("{key!r} belongs to the whole file, and has no effect here", "move it above the first line in brackets: a key belongs to the [table] above it")},
        example={"key": "retenton", "known": "title and retention", "variant": "similar", "similar": "retention"},
    ),
    "generate.block-without-package": Code(
        "warning", "a blocked id has no package", "Blender shows a block only for an entry of the listing; leave the package in the folder.",
        message="{id!r} is blocked, but no package here has that id",
        hint="put its last package back, or remove the block",
        example={"id": "gear_tool"},
    ),
    "generate.page-without-repository": Code(
        "warning", "links on the page do not name their repository", "Blender offers to add the repository that a dropped link names. A relative name would lead to the host of the packages.",
        message="the packages lie elsewhere, so links on the page need the URL of the repository, which is not known",
        hint='add the URL of this folder above archive_url, for example: base_url = "https://ada.github.io/gears/"',
    ),
    "generate.template-unreadable": Code(
        "error", "the page template cannot be read", f"{_STOPS}, before it writes the listing.",
        message="the template {path} cannot be read: {reason}",
        hint="check the path",
        variants={"not-utf8": ("the template {path} is not UTF-8: {reason}", "save it as UTF-8")},
        example={"path": "my-page.html", "reason": "No such file or directory"},
    ),
    "generate.template-unknown-name": Code(
        "error", "the template uses an unknown name", f"{_STOPS}. The hint lists the known names.",
        message="{name} is not a name that templates can use",
        hint="use {known}; write $$ for a dollar",
        example={"name": "${titel}", "known": "${body} and ${title}"},
    ),
    "generate.template-stray-dollar": Code(
        "error", "the template has a $ without a name", "Blender's server-generate crashes on it. A dollar is written as $$.",
        message="a $ must begin a name",
        hint="write $$ for a dollar",
    ),
    "generate.template-without-body": Code(
        "warning", "the template has no ${body}", "The page will show no extensions.",
        message="the template has no ${{body}}: the page will show no extensions",
        hint="write ${{body}} where the extensions belong",
    ),
    "generate.bl-info-unreadable": Code(
        "error", "the bl_info of a legacy add-on cannot be read", "It is read from the source without running it, so it has to be a literal.",
        message="{file} cannot be read: {reason}",
        hint="check the file, then generate again",
        variants={
            "too-large": ("{file} is larger than {limit:,} bytes", "move large data out of the module"),
            "too-long": ("bl_info in {file} has more than {limit:,} characters", "write plain texts and numbers into bl_info"),
            "computed": ("bl_info in {file} is computed, and cannot be read without running it", "write plain texts and numbers into bl_info"),
            "not-python": ("{file} is not Python: {reason}", "only the file's author can repair it"),
            "too-deep": ("bl_info in {file} is nested too deeply", "write plain texts and numbers into bl_info"),
        },
        example={"file": "gears.py", "reason": "invalid syntax", "limit": 64000, "variant": "computed"},
    ),
    "generate.bl-info-wrong": Code(
        "error", "the bl_info of a legacy add-on is incomplete", "Clients of repo.json fail on an add-on without a name or without numeric versions.",
        message="bl_info must be a dictionary",
        hint="write bl_info = {{...}}",
        variants={
            "missing": ("bl_info has no {keys}", 'it needs at least "name", "version" and "blender"'),
            "name": ("the name in bl_info must be text", 'write "name": "Gear Tool"'),
            "numbers": ("{keys} in bl_info must be numbers of at most 15 digits", 'write "{keys}": (2, 80, 0)'),
        },
        example={"keys": "version", "variant": "missing"},
    ),
    "generate.legacy-base-url-missing": Code(
        "error", "the folder's URL for repo.json is not known", "repo.json names each add-on by its full URL.",
        message="repo.json needs the URL of the folder",
        hint="give --baseurl, or write base_url in blender_repo.toml",
    ),
}  # fmt: skip
