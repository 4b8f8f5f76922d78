"""Codes of downloading packages from the website."""

from __future__ import annotations

from extery.core.codes import Code

_HINT = "contact the administrator of this site"

CODES: dict[str, Code] = {
    "download.not-found": Code(
        "error",
        "the package does not exist",
        "The site has no package with this hash.",
        message="there is no package with the hash sha256:{sha256}",
        hint="search for the extension; it may have a newer version",
        example={"sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    ),
    "download.not-public": Code(
        "error",
        "the package is not public yet",
        "Until a version is approved, only its owner and moderators can download its packages.",
        message="this version is not public yet",
        hint="wait until a moderator has approved it",
    ),
    "download.blocked": Code(
        "error",
        "the extension is blocked",
        "A moderator blocked the extension; its page shows the reason.",
        message="{name} is blocked: {reason}",
        hint="disable and remove it where it is installed",
        example={"name": "Gear Tool", "reason": "It mines coins."},
    ),
    "download.version-blocked": Code(
        "error",
        "the version is blocked",
        "A moderator blocked this version; other versions of the extension may be available.",
        message="{name} {version} is blocked: {reason}",
        hint="remove this version where it is installed, and install another one",
        example={"name": "Gear Tool", "version": "1.1.0", "reason": "It deletes files."},
    ),
    "download.quarantined": Code(
        "error",
        "the package is in quarantine",
        "A scanner found malware in it, so it cannot be downloaded until a moderator has reviewed it.",
        message="{name} {version} is in quarantine: it may contain malware",
        hint="do not use a copy of it that you have; its page says when it is available again",
        example={"name": "Gear Tool", "version": "1.1.0"},
    ),
    "download.stopped": Code(
        "error",
        "downloads of the version are stopped for now",
        "A moderator suspects harm and has asked another one to confirm a block.",
        message="{name} {version} cannot be downloaded while moderators examine it",
        hint="try again later: this ends within a day",
        example={"name": "Gear Tool", "version": "1.1.0"},
    ),
    "download.unpublished": Code(
        "error",
        "the version is no longer public",
        "Its owner has unpublished it.",
        message="{name} {version} is no longer public",
        hint="install another version; the page of the extension lists those that are public",
        example={"name": "Gear Tool", "version": "1.1.0"},
    ),
    "download.file-missing": Code(
        "error",
        "the file of the package is missing",
        "The database has the package, but its file is not in the storage.",
        message="the file of {package} is missing on the server",
        hint=_HINT,
        example={"package": "add-on-gear_tool-v1.0.0.zip"},
    ),
    "download.file-damaged": Code(
        "error",
        "the stored file of the package is damaged",
        "A file whose size differs from the uploaded one was not reviewed, and is not sent.",
        message="the file of {package} is damaged on the server",
        hint=_HINT,
        example={"package": "add-on-gear_tool-v1.0.0.zip"},
    ),
}
