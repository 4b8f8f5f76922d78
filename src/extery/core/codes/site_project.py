"""Codes of the website as a whole: settings, file storage, requests."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "setting.unknown": Code(
        "error",
        "the setting is unknown",
        "A misspelt variable would be ignored silently, and the site would run with the default.",
    ),
    "setting.bad-value": Code(
        "error",
        "the value of a setting is invalid",
        "The site does not start with a setting that it cannot interpret.",
    ),
    "setting.port": Code(
        "error", "the port cannot be used", "Only one program can listen on a port at a time."
    ),
    "setting.database": Code(
        "error",
        "the database cannot be used",
        "The site cannot run without it: everything except packages, images and keys is in the "
        "database.",
    ),
    "setting.database-encoding": Code(
        "error",
        "the encoding of the database is not UTF8",
        "Text in every language must be stored and compared unchanged.",
    ),
    "setting.database-outdated": Code(
        "error",
        "the database is not up to date",
        "A worker does not run migrations, because several workers may start at once, beside a "
        "running web server.",
    ),
    "setting.storage": Code(
        "error",
        "the file storage cannot be used",
        "Packages and images are in the storage: without it nothing can be uploaded or downloaded.",
    ),
    "setting.demo-public": Code(
        "error",
        "the demo is refused on a public site",
        "The password of the demo accounts is public, and one of them is a moderator.",
    ),
    "storage.unavailable": Code(
        "error",
        "the file storage does not answer or is full",
        "A file is stored whole or not at all, and without its file nothing else is changed.",
    ),
    "storage.too-large": Code(
        "error",
        "the file is larger than may be stored",
        "A file is read in blocks, and only up to its limit.",
    ),
    "request.conflict": Code(
        "error",
        "another request made a conflicting change",
        "Of two simultaneous requests that change the same rows only one can succeed.",
    ),
    "request.unavailable": Code(
        "error",
        "the database is busy or unavailable",
        "The site waits a few seconds for the database; then the request fails and changes nothing.",
    ),
    "request.bad-value": Code(
        "error",
        "a value is invalid",
        "A misread parameter would give a plausible but wrong result.",
    ),
    "request.too-large": Code(
        "error",
        "the request is too large",
        "Text fields have length limits; only files can be large.",
    ),
    "request.not-json": Code(
        "error", "the body is not JSON", "The API accepts JSON, and files as multipart/form-data."
    ),
    "request.not-found": Code(
        "error",
        "the page or object does not exist",
        "It never existed, was deleted, or is not public.",
    ),
    "request.method-not-allowed": Code(
        "error",
        "the HTTP method is not allowed",
        "The URL exists, but does not support this method.",
    ),
    "request.csrf-failed": Code(
        "error",
        "the CSRF check failed",
        "A form that changes something must come from a page of this site; otherwise another site "
        "could act on your behalf.",
    ),
    "request.rate-limited": Code(
        "error", "there were too many requests", "Rate limits keep the site usable for everyone."
    ),
    "request.server-error": Code(
        "error", "an internal error occurred", "This is an error of the site; it has been logged."
    ),
}
