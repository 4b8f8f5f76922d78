"""The keys of ``blender_repo.toml``: one table, from which the file is checked and documented."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from extery.core.versions import Version, parse_blender_version
from extery.listing import ASSETLIB_AUTH_METHODS

CONFIG_SCHEMA_VERSION = "1.0.0"
#: Names of folders beside the packages that a channel cannot have.
RESERVED = ("all-versions", "platforms", "sets")
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]*")
#: Names that no folder can have on Windows.
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
#: Placeholders are allowed in the path; characters that need it are percent-encoded.
_ARCHIVE_URL = re.compile(
    r"https?://[a-z0-9.-]+(:[0-9]{1,5})?/(?:[a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2}|\{\w+\})*",
    re.ASCII | re.IGNORECASE,
)
_BRACES = re.compile(r"\{([^{}]*)\}")
#: What is replaced in the URL of packages.
PLACEHOLDERS = ("id", "version", "file")
#: Addresses of code hosts at which there is a page about files, not a file.
_PAGES_OF_FILES = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org)/.+/(?:releases/tag|blob|tree)/",
    re.IGNORECASE,
)


class Key(NamedTuple):
    """A key, the kind of its value, and a description."""

    name: str
    kind: str
    meaning: str
    example: str


TOP = (
    Key("schema_version", "schema", "The version of this file's format.", f'"{CONFIG_SCHEMA_VERSION}"'),
    Key("blocklist", "blocklist", "Extensions that Blender shows as blocked and does not install.", '[{ id = "gear_tool", reason = "Deletes presets" }]'),
    Key("title", "text", "The name of the repository, for its page.", '"Gears and more"'),
    Key("base_url", "url", "The URL of the folder. If it is set, listings in folders of their own contain full URLs of packages, and no packages are linked into these folders.", '"https://example.org/packages/"'),
    Key("archive_url", "archive-url", "The URL of packages that lie elsewhere, such as the releases of a code host. `{id}`, `{version}` and `{file}`, the name of the file, are replaced.", '"https://code.example.org/ada/gears/releases/download/{id}-{version}/{file}"'),
    Key("changes", "bool", "Whether to write `changes.json` beside each listing, with which mirrors fetch only changes; off by default.", "true"),
    Key("all_versions", "bool", "Whether to list all versions in a folder of their own, if a listing has only the newest for each Blender; `extery install gear_tool==1.0.0` finds older ones there. Off by default.", "true"),
    Key("prereleases", "bool", "Whether versions such as `2.0.0-beta.1` are listed; they are by default.", "false"),
    Key("retention", "count", "The number of newest versions of an extension that are considered; all by default.", "3"),
    Key("pinned", "versions", "The only version of an extension that is listed.", '{ gear_tool = "1.2.0" }'),
    Key("valid_tags", "file", "A file with the valid tags of each type in place of Blender's own, relative to this file; an empty name accepts all tags.", '"tags.json"'),
    Key("assetlib_auth_method", "auth_method", "Whose token Blender 5.3 and newer sends to asset libraries that ask for one: `PER_LIBRARY`, which is Blender's default, means that of each library, `FROM_REPOSITORY` that of the repository, which is then sent to the hosts of all these libraries.", '"FROM_REPOSITORY"'),
    Key("platforms", "texts", "Platforms in addition to Blender's six that `index.json` serves.", '["freebsd-x64"]'),
    Key("other_platforms", "bool", "Whether platforms that no package names get a listing of their own if they need one; on by default.", "false"),
    Key("extensions", "extensions", "Settings of single extensions by id: the keys of the second table.", '{ gear_tool = { tags = ["Mesh"] } }'),
    Key("channels", "channels", "Additional listings by the name of their folder: the keys of the third table.", "{ beta = { prereleases = true } }"),
)  # fmt: skip

EXTENSION = (
    Key("name", "text", "Another name in listings.", '"Gears"'),
    Key("tagline", "text", "Another tagline in listings.", '"Cuts gears"'),
    Key("maintainer", "text", "Another maintainer in listings.", '"Ada"'),
    Key("website", "text", "Another website in listings.", '"https://example.org/gears"'),
    Key("tags", "texts", "Other tags in listings.", '["Mesh"]'),
    Key("blender_version_min", "blender", "The first Blender version to which it is offered, unless the packages require a newer one.", '"4.5.0"'),
    Key("blender_version_max", "blender", "The first Blender version to which it is no longer offered, unless the packages end earlier.", '"6.0.0"'),
    Key("platforms", "texts", "The platforms to which it is offered, of those of the packages.", '["linux-x64"]'),
    Key("prereleases", "bool", "As above, for this extension.", "false"),
    Key("retention", "count", "As above, for this extension.", "1"),
)  # fmt: skip

CHANNEL = (
    Key("prereleases", "bool", "As above, for this channel.", "true"),
    Key("retention", "count", "As above, for this channel.", "1"),
    Key("pinned", "versions", "As above, for this channel.", '{ gear_tool = "2.0.0-beta.1" }'),
    Key("only", "texts", "The ids that this channel lists; all by default.", '["gear_tool"]'),
)  # fmt: skip

#: The keys of an item of ``blocklist``, all required.
BLOCK = ("id", "reason")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def fault_of_archive_url(value: object) -> str:
    """Return the variant of ``generate.config-value`` for an URL of packages; empty if it is valid."""
    if not isinstance(value, str):
        return "archive-url"
    unknown = [name for name in _BRACES.findall(value) if name not in PLACEHOLDERS]
    if unknown:
        return "archive-url-placeholder"
    if _ARCHIVE_URL.fullmatch(value) is None:
        return "archive-url"
    if "{file}" not in value:
        return "archive-url-file"
    return "archive-url-page" if _PAGES_OF_FILES.search(value) else ""


def is_version(value: object) -> bool:
    """Return whether the value is a semantic version."""
    return isinstance(value, str) and _parses(Version.parse, value)


def _parses(parse: Callable[[str], Any], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _is_table_of_tables(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())


#: Kind -> a function that returns whether a value is valid; `generate.config-value` has a variant for each.
KINDS: dict[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "texts": _are_texts,
    "file": lambda value: isinstance(value, str) and "\0" not in value,
    "bool": lambda value: isinstance(value, bool),
    "count": lambda value: type(value) is int and value > 0,
    "url": lambda value: (
        isinstance(value, str)
        and re.fullmatch(r"https?://[^/?#@\s\0]+(/[^?#\s\0]*)?", value) is not None
    ),
    "archive-url": lambda value: not fault_of_archive_url(value),
    "blender": lambda value: isinstance(value, str) and _parses(parse_blender_version, value),
    "auth_method": lambda value: isinstance(value, str) and value in ASSETLIB_AUTH_METHODS,
    "versions": lambda value: isinstance(value, dict) and all(map(is_version, value.values())),
    "extensions": _is_table_of_tables,
    "channels": _is_table_of_tables,
}


def is_channel_name(name: str) -> bool:
    """Return whether a channel or a set can have this name, which is that of a folder and part of a URL."""
    is_allowed = name not in RESERVED and _DEVICE.fullmatch(name) is None
    return is_allowed and _CHANNEL.fullmatch(name) is not None


def reference() -> str:
    """Return the tables as Markdown, for the reference page."""
    parts = []
    for title, keys in (
        ("The file", TOP),
        ("`[extensions.ID]`", EXTENSION),
        ("`[channels.NAME]`", CHANNEL),
    ):
        parts.append(f"## {title}\n\n| key | meaning | example |\n| --- | --- | --- |")
        parts += [f"| `{key.name}` | {key.meaning} | `{key.example}` |" for key in keys]
        parts.append("")
    return "\n".join(parts)
