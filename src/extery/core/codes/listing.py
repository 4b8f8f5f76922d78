"""Codes of listings, the JSON that a repository serves."""

from __future__ import annotations

from extery.core.codes import Code

_WHOLE = "Blender refuses the whole listing and keeps the previous one."

CODES = {
    "listing.not-json": Code(
        "error", "the listing is not JSON", _WHOLE,
        message="the listing is not JSON: {error}",
        hint="check the repository's URL; it has to answer with JSON",
        variants={
            "html": ("the listing is a web page: {error}", ""),
            "package": ("{url} is a zip, not a listing", "give the URL of the repository that lists it"),
            "compressed": ("{url} is a compressed file, which Blender does not read", "give {suggestion}"),
            "gzip": ("{url} sends a compressed file, which Blender does not read", "give the URL of the uncompressed listing"),
            "bom": ("the listing begins with a byte order mark, which Blender does not read", "save it as UTF-8 without BOM"),
            "utf-16": ("the listing is UTF-16, and Blender reads UTF-8 only", "save it as UTF-8 without BOM; Windows PowerShell writes UTF-16 with >"),
            "binary": ("the listing is not text: its bytes are not UTF-8", "check the address; generate the listing again if it is right"),
            "empty": ("the listing is empty", "generate the listing again, or check the address"),
        },
        example={"error": "Expecting value: line 1 column 1 (char 0)", "variant": "html", "url": "https://example.org/index.json.gz", "suggestion": "https://example.org/index.json"},
    ),
    "listing.web-page": Code(
        "error", "the address is that of a web page", "Blender and Extery read a listing, which is JSON; a page for people has another address.",
        message="{url} is a web page{title}, not a listing",
        hint="the address of a static repository ends in /index.json, that of a site in /api/v1/extensions/: try {suggestion} or {site}",
        variants={
            "repository": ("", "the page names this repository: {suggestion}"),
            "file": ("{url} is the page of a code host about a file{title}, not the file", "try {suggestion}"),
            "project": ("{url} is the page of a project on a code host{title}, not a listing", "if the project publishes a repository as its pages, the address is {suggestion}; otherwise look for it in the project's README"),
            "sign-in": ("{url} leads to a page to sign in{title}", "Blender does not sign in: give an access token with --access-token, or an address that needs none"),
        },
        example={"url": "https://example.org/packages/", "title": " (Gears and more)", "suggestion": "https://example.org/packages/index.json", "site": "https://example.org/api/v1/extensions/"},
    ),
    "listing.not-an-object": Code(
        "error", "the listing is not an object", _WHOLE,
        message="the listing must be an object, found {value}",
        hint="a listing has version, blocklist and data",
        example={"value": "[]"},
    ),
    "listing.too-deep": Code(
        "error", "the listing is nested too deeply", "A listing has five levels. Python reads about a thousand, and then cannot compare or write the result.",
        message="the listing has values nested more than {limit} levels deep",
        hint="an entry needs two levels",
        example={"limit": 50},
    ),
    "listing.other-json": Code(
        "error", "a JSON document is not a listing", _WHOLE,
        message="the document is JSON, but not a listing: it has neither version nor data",
        hint="check the address: that of a static repository ends in /index.json, that of a site in /api/v1/extensions/",
    ),
    "listing.version": Code(
        "error", "the listing has no version", _WHOLE,
        message="version must be a string, found {value}",
        hint='write "version": "v1"',
        example={"value": "1"},
    ),
    "listing.data": Code(
        "error", "the listing has no list of entries", _WHOLE,
        message="data must be a list, found {value}",
        hint="list the entries in it",
        example={"value": "None"},
    ),
    "listing.blocklist": Code(
        "error", "the blocklist is not a list of objects", _WHOLE,
        message="blocklist must be a list of objects",
        hint='write each as {{"id": "…", "reason": "…"}}',
    ),
    "listing.entry": Code(
        "error", "an entry is not an object", f"{_WHOLE} It crashes on such an entry.",
        message="an entry must be an object, found {value}",
        hint="remove it",
        variants={"unchecked": ("{count:,} more entries were not checked", "correct the others first")},
        example={"value": "7", "count": 1200},
    ),
    "listing.archive-url": Code(
        "error", "an entry has no archive_url", _WHOLE,
        message="archive_url must be a string, found {value}",
        hint='for example "./gear_tool-1.0.0.zip"',
        example={"value": "None"},
    ),
    "listing.archive-size": Code(
        "error", "an entry's archive_size is not a size", _WHOLE,
        message="archive_size must be a number of bytes above 0, found {value}",
        hint="write the size of the file",
        variants={"too-large": ("a package cannot have {value} bytes", "the owner of the repository has to write the size of the file")},
        example={"value": "0"},
    ),
    "listing.archive-hash": Code(
        "error", "an entry's archive_hash is not a SHA-256", _WHOLE,
        message="archive_hash must be sha256: and 64 hex digits, found {value}",
        hint="write the SHA-256 of the file",
        example={"value": "'sha256:12'"},
    ),
    "listing.several": Code(
        "warning", "several entries of an id fit the same Blender", "Blender shows the last of them and installs the first, and offers an update for ever.",
        message="{count} packages of {id} {version} fit the same Blender: {files}; {listed} is listed where several fit",
        hint="keep one of them, or give each its own version",
        variants={
            "more": ("{count} packages of {id} {version} fit the same Blender: {files} and {more} more; {listed} is listed where several fit", ""),
            "versions": ("{id} {version} and {other} both fit {system}", "list the newest, or end the Blender versions of the other with blender_version_max"),
            "same-version": ("{id} {version} is listed twice for {system}: Blender installs {url}, not {other_url}", "list one of them, or give each its own version"),
        },
        example={"count": 2, "id": "gear_tool", "version": "1.2.3", "files": "a.zip (4.2.0 or newer), b.zip (4.5.0 or newer)", "listed": "a.zip", "more": 1, "other": "1.2.4", "system": "Blender 4.5.0 on linux-x64 with Python 3.11", "url": "./a.zip", "other_url": "./b.zip"},
    ),
}  # fmt: skip
