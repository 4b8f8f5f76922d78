"""Codes of downloading packages from the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "download.not-found": Code(
        "error", "the package does not exist", "The site has no package with this hash."
    ),
    "download.not-public": Code(
        "error",
        "the package is not public yet",
        "Until a version is approved, only its owner and moderators can download its packages.",
    ),
    "download.blocked": Code(
        "error",
        "the extension is blocked",
        "A moderator blocked the extension; its page shows the reason.",
    ),
    "download.file-missing": Code(
        "error",
        "the file of the package is missing",
        "The database has the package, but its file is not in the storage.",
    ),
    "download.file-damaged": Code(
        "error",
        "the stored file of the package is damaged",
        "A file of another size than was uploaded is not what was reviewed, and is not sent.",
    ),
}
