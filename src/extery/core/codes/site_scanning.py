"""Codes of the checks of stored packages on the website: malware, quarantine, what keeps a version from its publication."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "scan.quarantined": Code(
        "error",
        "a package is in quarantine",
        "A scanner found malware in it. It is kept, and nobody can download it, until a moderator finds that it is a "
        "false alarm.",
        message="{package} is in quarantine: the scanner found malware in it",
        hint="upload a package without it, or ask a moderator to look at it",
        example={"package": "gear_tool-1.2.0.zip"},
    ),
    "scan.not-finished": Code(
        "error",
        "a check of a package is not finished",
        "No version becomes public before the checks that the site requires were made.",
        message="the check of {package} for {step} is not finished",
        hint="wait a moment and try again",
        example={"package": "gear_tool-1.2.0.zip", "step": "malware"},
    ),
    "scan.unavailable": Code(
        "error",
        "a check of a package could not be made",
        "No version becomes public before the checks that the site requires were made. The site tries again by itself.",
        message="{package} could not be checked for {step}: {note}",
        hint="wait until the scanner is available again; the administrator of the site sees why it is not",
        example={
            "package": "gear_tool-1.2.0.zip",
            "step": "malware",
            "note": "clamd does not answer",
        },
    ),
    "scan.not-quarantined": Code(
        "error",
        "the package is not in quarantine",
        "Another moderator may have released it.",
        message="{package} is not in quarantine",
        hint="reload the page to see what happened",
        example={"package": "gear_tool-1.2.0.zip"},
    ),
}
