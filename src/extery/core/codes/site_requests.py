"""Codes of requests that the website cannot answer."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "request.conflict": Code(
        "error",
        "another request made a conflicting change",
        "Of two simultaneous requests that change the same rows only one can succeed.",
        message="another request made a conflicting change at the same time",
        hint="reload the page to see what happened",
    ),
    "request.unavailable": Code(
        "error",
        "the database is busy or unavailable",
        "The site waits a few seconds for the database; then the request fails and changes nothing.",
        message="the database is busy or unavailable",
        hint="try again in a few seconds",
    ),
    "request.process-ended": Code(
        "error",
        "the process that reads uploaded files ended",
        "The site reads uploaded files in processes of their own, which a lack of memory can end. Nothing was changed.",
        message="the process that reads uploaded files ended",
        hint="try again in a few minutes; if it happens again, contact the administrator of this site",
    ),
    "request.bad-value": Code(
        "error",
        "a value is invalid",
        "A misread parameter would give a plausible but wrong result.",
        message="{validation_message}",
        variants={
            "malformed": ("the request is malformed", ""),
            "url-nul": ("the URL contains NUL (%00)", "remove %00 from the URL"),
            "not-storable": (
                "a value cannot be stored: it contains NUL, is too long or is too large",
                "shorten it, and remove control characters",
            ),
            "blender-version": (
                "blender_version is {value!r}, expected numbers and dots",
                "for example blender_version=4.2.0",
            ),
            "characters": (
                "{field} contains NUL or an unpaired surrogate",
                "remove that character",
            ),
            "invisible": (
                "{field} has the invisible or reordering character {character} at {position}",
                "remove that character",
            ),
            "no-version": ("the form does not name a version", "reload the page"),
            "host": (
                "the header Host of the request is missing, malformed or not a name of this site",
                "open the site by its own address; add a further name to EXTERY_ALLOWED_HOSTS",
            ),
            "platform": (
                "platform is {value!r}, which is no platform of Blender",
                "for example platform=linux-x64",
            ),
            "my-blender": (
                "there is no Blender {value!r} to choose",
                "choose one of the list; this page may be older than the list",
            ),
        },
        example={
            "variant": "blender-version",
            "value": "4.2-beta",
            "field": "description",
            "character": "U+202E",
            "position": 5,
            "validation_message": "Input should be a valid integer",
        },
    ),
    "request.too-large": Code(
        "error",
        "the request is too large",
        "Text fields have length limits; only files can be large.",
        message="{field} has {length:,} characters; the limit is {max_length:,}",
        hint="shorten it",
        variants={
            "form": ("the form fields exceed the limit of {max_size}", "shorten the text"),
        },
        example={
            "field": "description",
            "length": 120_000,
            "max_length": 100_000,
            "max_size": "1 MB",
        },
    ),
    "request.not-json": Code(
        "error",
        "the body is not JSON",
        "The API accepts JSON, and files as multipart/form-data.",
        message="the body cannot be parsed: {parser_message}",
        hint="send a JSON object",
        example={"parser_message": "Cannot parse request body"},
    ),
    "request.not-found": Code(
        "error",
        "the page or object does not exist",
        "It never existed, was deleted, or is not public.",
        message="there is no page at {path}",
        hint="check the address, or search for the extension",
        variants={
            "extension": ("there is no extension {id}", "check the id, or search for the name"),
            "version": (
                "{id} has no version {version}",
                "see the page of the extension for its versions",
            ),
            "deleted": ("{name} was deleted in the meantime", "reload the page"),
            "thread": (
                "{id} has no review thread",
                "the thread begins when its owner submits a version for review",
            ),
            "report": (
                "this report does not exist any more",
                "go back to the list of reports",
            ),
            "upload": (
                "this upload was removed, or has expired",
                "upload the file again",
            ),
            "package": ("the version has no such package", "reload the page"),
            "source-search": (
                "this search does not exist, or is not shared",
                "go back to the source search",
            ),
            "rating": (
                "this rating was removed",
                "see the page of the ratings for those that are there",
            ),
            "set": ("there is no set {name!r}", "check the address, or search the sets"),
            "set-entry": ("the set does not have {id}", "reload the page"),
            "no-rating": ("you have not rated {id}", "rate it first"),
            "list": ("the review queue has no list '{list}'", "choose a tab of the queue"),
            "block-request": (
                "there is no request {id} for a block",
                "see the list of open requests",
            ),
            "reportable": (
                "there is nothing to report at {name!r}",
                "use the link 'Report' beside what you want to report",
            ),
            "decision": (
                "there is no decision {name!r} about you",
                "see 'My reports and appeals' for decisions that you can appeal against",
            ),
            "comment": ("this comment does not exist", "reload the page"),
            "task": ("this task does not exist", "reload the page"),
            "code": ("there is no code {name!r}", "see 'extery explain' for the codes"),
            "check": (
                "the version has no such package, or it was not checked yet",
                "reload the page: it may have been replaced",
            ),
            "finding": (
                "the version does not have this finding",
                "reload the page: an upload may have removed it",
            ),
            "changed-file": (
                "the packages do not have this changed file",
                "reload the page: a package may have been replaced",
            ),
            "dispute": ("this dispute does not exist", "reload the page"),
            "reply": ("this saved reply was deleted", "see the list of saved replies"),
            "token": ("you have no such API token", "see the list of your tokens"),
            "notification": (
                "you have no such notification, or it was deleted because of its age",
                "reload the page with your notifications",
            ),
        },
        example={
            "path": "/add-ons/gear/",
            "list": "mine",
            "id": "gear_tool",
            "version": "1.2.0",
            "name": "Gear Tool",
        },
    ),
    "request.method-not-allowed": Code(
        "error",
        "the HTTP method is not allowed",
        "The URL exists, but does not support this method.",
        message="the method {method} is not allowed here",
        hint="use {allowed}",
        example={"method": "DELETE", "allowed": "GET, HEAD"},
    ),
    "request.csrf-failed": Code(
        "error",
        "the CSRF check failed",
        "A form that changes something must come from a page of this site; otherwise another site "
        "could act on your behalf.",
        message="the CSRF check failed: the form comes from another site, or the page was too old",
        hint="allow cookies, reload the page and send the form again",
        variants={
            "api": (
                "the CSRF token is missing",
                "send an API token in the header 'Authorization: Bearer' instead of cookies",
            )
        },
    ),
    "request.rate-limited": Code(
        "error",
        "there were too many requests",
        "Rate limits keep the site usable for everyone.",
        message="there were too many requests",
        hint="wait a few minutes, then try again",
        variants={
            "sign-in": (
                "there were too many wrong passwords",
                "try again in {retry_after} seconds, or reset the password",
            ),
        },
        example={"variant": "sign-in", "retry_after": 240},
    ),
    "request.server-error": Code(
        "error",
        "an internal error occurred",
        "This is an error of the site; it has been logged.",
        message="the site could not process the request because of an internal error",
        hint="try again; if it happens again, contact the administrator of this site",
    ),
}
