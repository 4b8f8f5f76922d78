"""Codes of transfers from a repository, over HTTP or from local files."""

from __future__ import annotations

from extery.core.codes import Code

_RETRIED = "Such failures are often temporary, so the request was retried with increasing delays."
_CHECK = "check the address"
_LATER = "try again later"
_CONNECTION = "check the address and your connection, or try again later"
_MAX_LISTING = "check the address; if its listing is that large, allow it with --max-listing"
_URL = "https://example.org/index.json"
_PACKAGE_URL = "https://example.org/gear_tool-1.2.3.zip"

CODES = {
    "fetch.url": Code(
        "error", "a URL cannot be used", "Repositories have URLs that begin with https://, http:// or file://.",
        message="{url!r} is not a valid URL: {reason}",
        hint=_CHECK,
        variants={
            "scheme": ("{url!r} is not the URL of a repository", "give a URL that begins with https://, http:// or file://, or the path of a folder"),
            "no-scheme": ("{url!r} is neither a folder nor a URL: a URL begins with https:// or http://", "try {suggestion}"),
            "slashes": ("{url!r} is not a valid URL: two slashes follow the scheme", "try {suggestion}"),
            "file": ("{url} is a file, not a repository", "give its folder, {suggestion}, or an index.json"),
            "too-long": ("{url!r} is not a valid URL: it has {length:,} characters, at most {limit:,} are allowed", ""),
            "control-character": ("{url!r} is not a valid URL: it contains a control character, such as a line break", ""),
            "nul": ("{url!r} is not a valid URL: it contains a NUL byte", ""),
            "request": ("{url} cannot be requested: {reason}", ""),
            "no-host": ("{url!r} is not a valid URL: it has no host", "give the whole address, for example {suggestion}"),
            "file-host": ("{url} is a file on the computer {host}, which only Windows can open", "a file on this computer has three slashes: {suggestion}"),
            "git": ("{url!r} is an address for git, not the URL of a repository of extensions", "give the URL of its listing: it ends in /index.json, for example on the pages of the code host"),
        },
        example={"url": "http://[example", "reason": "Invalid IPv6 URL", "length": 9_000, "limit": 8_000, "suggestion": "https://example.org/index.json", "host": "packages"},
    ),
    "fetch.drag-link": Code(
        "error", "a drag-and-drop link was given as the URL of a repository", "It is the URL of one package, with a query from which Blender finds the repository when the link is dropped.",
        message="{url} is a drag-and-drop link; its repository is {repository}",
        hint="give {repository}",
        example={"url": _PACKAGE_URL, "repository": _URL},
    ),
    "fetch.token": Code(
        "error", "the access token cannot be sent", "A token is sent in an HTTP header, which allows printable ASCII characters only.",
        message="the access token has characters that are not allowed in a header",
        hint="copy the whole token again, without quotes or spaces",
    ),
    "fetch.archive-url": Code(
        "error", "Blender cannot resolve the URL of a package", "Blender resolves URLs that begin with ./ against the URL of the listing, and supports no other relative URLs.",
        message="archive_url {url!r} cannot be resolved by Blender",
        hint="use ./NAME.zip for a package next to the listing, or an absolute URL",
        example={"url": "packages/gear_tool-1.2.3.zip"},
    ),
    "fetch.archive-url-local": Code(
        "error", "a listing from the web refers to a local file", "A repository on the web must not read files of the computers that use it.",
        message="a listing from the web refers to a local file: {url!r}",
        hint="ask the owner of the repository to list a URL on the web",
        example={"url": "file:///home/ada/gear_tool-1.2.3.zip"},
    ),
    "fetch.unreachable": Code(
        "error", "the connection to a server failed", _RETRIED,
        message="the connection to {url} failed: {reason}",
        hint=_CONNECTION,
        example={"url": _URL, "reason": "Connection refused"},
    ),
    "fetch.certificate": Code(
        "error", "the certificate of a server is not trusted", "Another server may be answering in its place.",
        message="{url} has no valid certificate: {reason}",
        hint="check the address and the clock of this computer; to trust a certificate of your own, set SSL_CERT_FILE",
        example={"url": _URL, "reason": "certificate has expired"},
    ),
    "fetch.time-out": Code(
        "error", "a server is too slow", f"{_RETRIED} A transfer with all its attempts has a time limit: ten minutes for a listing; for a package ten minutes and the time its size takes at 10 KB a second, at most six hours.",
        message="{url} did not respond in time",
        hint=_CONNECTION,
        variants={
            "total": ("{url} took longer than {seconds:,} seconds", "try again later; the part of a package that was received is kept"),
            "speed": ("{url} sends less than {speed:,} bytes a second", _LATER),
        },
        example={"url": _URL, "seconds": 600, "speed": 10_000},
    ),
    "fetch.busy": Code(
        "error", "a server is busy", "The request was retried after the delays that the server requested, up to a minute each.",
        message="{url} returned {status}",
        hint=_LATER,
        variants={"retry-after": ("", "try again in {seconds} seconds")},
        example={"url": _URL, "status": "503 Service Unavailable", "seconds": 3_600},
    ),
    "fetch.refused": Code(
        "error", "a server refuses access", "The repository, or this package, is not public.",
        message="{url} returned {status}",
        hint="if the repository needs an access token, give it with --access-token, or once with 'extery repo token NAME'",
        variants={"token": ("", "the access token may be wrong or have expired")},
        example={"url": _URL, "status": "401 Unauthorized"},
    ),
    "fetch.not-found": Code(
        "error", "a URL does not exist", "The URL is wrong, or its file was removed.",
        message="{url} returned {status}",
        hint=_CHECK,
        variants={
            "document": ("", "check the address; that of a static repository ends in /index.json, that of a site in /api/v1/extensions/"),
            "file": ("there is no file {path}", ""),
            "folder": ("there is no folder {path}", "check the path; a URL begins with https://"),
            "listing": ("the folder {folder} has no index.json", "generate it with: extery server-generate --repo-dir {folder}"),
            "not-regular": ("{path} is not a regular file", ""),
        },
        example={"url": _URL, "status": "404 Not Found", "path": "/srv/extensions/index.json", "folder": "/srv/extensions"},
    ),
    "fetch.status": Code(
        "error", "a server returns an unexpected status", "The response is not what was requested, so it is not used.",
        message="{url} returned {status}",
        hint=_CHECK,
        variants={
            "document": ("{url} returned status {status} instead of a document", ""),
            "package": ("{url} returned status {status} instead of a package", ""),
        },
        example={"url": _URL, "status": "418 I'm a Teapot"},
    ),
    "fetch.redirects": Code(
        "error", "a URL redirects too often", "Servers need one or two redirects; more are usually a loop.",
        message="{url} redirects more than {limit} times",
        hint="check the address; the server may redirect in a loop",
        example={"url": _URL, "limit": 10},
    ),
    "fetch.redirect-unsafe": Code(
        "error", "a URL redirects to a less secure one", "After a redirect from https to http, the response can be modified on the way; a redirect to a local file would read files of this computer.",
        message="{url} redirects to {target}, which is less secure",
        hint="use that address directly if you trust it",
        example={"url": _URL, "target": "http://example.org/index.json"},
    ),
    "fetch.encoding": Code(
        "error", "a compressed response cannot be decoded", "The data is not valid for its Content-Encoding, or other data follows it.",
        message="the response of {url} cannot be decoded: {reason}",
        hint="the server sends invalid compressed data; report it to its owner",
        variants={
            "trailing-data": ("the response of {url} has other data after its compressed data", ""),
            "too-many-members": ("the response of {url} has more than {limit:,} gzip members", ""),
        },
        example={"url": _URL, "reason": "Error -3 while decompressing data: invalid block type", "limit": 10_000},
    ),
    "fetch.too-long": Code(
        "error", "a response is too large", "A response may not be longer than its Content-Length. A listing from the web may have 8 MB, compressed and decoded, and one JSON value for every 13 bytes of that; --max-listing changes the limit. Larger ones could exhaust the memory.",
        message="{url} sends more than {limit}",
        hint=_MAX_LISTING,
        variants={
            "length": ("{url} sends more than the {length:,} bytes of its Content-Length", "report it to the owner of the server"),
            "values": ("{url} has more than {values:,} values, or {containers:,} objects and lists", ""),
        },
        example={"url": _URL, "limit": "8.0 MB", "length": 512, "values": 615_384, "containers": 100_000},
    ),
    "fetch.compressed": Code(
        "error", "a response has a Content-Encoding that was not requested", "Packages are requested without compression, as Blender does it; listings with one encoding, gzip or br. Nested encodings could expand to any size.",
        message="{url} has Content-Encoding {encoding!r}, which was not requested",
        hint="the server must use one encoding from Accept-Encoding; report it to its owner",
        example={"url": _PACKAGE_URL, "encoding": "gzip"},
    ),
    "fetch.package-size": Code(
        "error", "a listing states too large a size for a package", "A package may have 4 GB, whatever its listing states: a server must not be able to send without end.",
        message="the listing states that {url} is larger than {limit}",
        hint="packages may not be that large; report it to the owner of the repository",
        example={"url": _PACKAGE_URL, "limit": "4.0 GB"},
    ),
    "fetch.no-space": Code(
        "error", "there is not enough disk space for a package", "A download starts only if the disk has space for it, for the other downloads, and for a reserve of 50 MB. If the disk becomes full during a download, the received part is removed.",
        message="{folder} has {free} free; {needed} and a reserve of {reserve} are needed",
        hint="free some space, or choose a folder on another disk",
        variants={
            "shared": ("{folder} has {free} free, of which other downloads need {others}; {needed} and a reserve of {reserve} are needed", ""),
            "full": ("the disk of {folder} became full during the download", ""),
        },
        example={"folder": "mirror", "free": "120 MB", "others": "80 MB", "needed": "200 MB", "reserve": "50 MB"},
    ),
    "fetch.cut-off": Code(
        "error", "a transfer ended too early", f"{_RETRIED} The received part of a package is kept, and the next attempt resumes there.",
        message="{url} ended before all {size} were received",
        hint="try again; the received part is kept",
        variants={"compressed": ("{url} ended within its compressed data", _LATER)},
        example={"url": _PACKAGE_URL, "size": "1.8 MB"},
    ),
    "fetch.size": Code(
        "error", "the size of a package differs from its listing", "A package that differs from its listing is never stored.",
        message="{url} sends more than the {size:,} bytes of the listing",
        hint="the listing does not match the package; report it to the owner of the repository",
        variants={"length": ("{url} sends {received:,} bytes instead of the {size:,} bytes of the listing", "")},
        example={"url": _PACKAGE_URL, "size": 18_204, "received": 18_195},
    ),
    "fetch.web-page": Code(
        "error", "a web page is sent in place of a package", "A code host does this for the page of a file, and for files that only users who have signed in may read.",
        message="{url} sends a web page, not a package",
        hint="open the address in a browser: the listing needs the address of the file itself, or an access token",
        example={"url": _PACKAGE_URL},
    ),
    "fetch.hash": Code(
        "error", "the hash of a package differs from its listing", "A package that differs from its listing is never stored.",
        message="{url} does not match the listing: its SHA-256 is {sha256}",
        hint="it was damaged or replaced; report it to the owner of the repository",
        example={"url": _PACKAGE_URL, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    ),
    "fetch.unreadable": Code(
        "error", "a file cannot be read", "The operating system refused it.",
        message="{path} cannot be read: {reason}",
        hint="check that you may read it, and that its disk or network share works",
        example={"path": "/srv/extensions/index.json", "reason": "Permission denied"},
    ),
    "fetch.unwritable": Code(
        "error", "a file cannot be written", "The operating system refused it; the old file is unchanged.",
        message="{path} cannot be written: {reason}",
        hint="check the permissions of the folder",
        example={"path": "mirror/gear_tool-1.2.3.zip", "reason": "Permission denied"},
    ),
    "fetch.stopped": Code(
        "error", "a transfer was stopped", "Another part of the same task failed, or the task was interrupted.",
        message="the transfer was stopped",
        hint="start it again",
    ),
}  # fmt: skip
