"""Codes of reports about extensions on the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "report.text-missing": Code(
        "error",
        "the report has no text",
        "Moderators need to know what is wrong.",
        message="the text is missing",
        hint="describe the problem and where it occurs",
    ),
    "report.note-missing": Code(
        "error",
        "the note is missing",
        "The note explains the outcome to other moderators.",
        message="the note is missing",
        hint="describe what was done, or why nothing was done",
    ),
    "report.unknown-reason": Code(
        "error",
        "the reason is unknown",
        "Reports are sorted by their reason.",
        message="unknown reason {reason!r}",
        hint="choose one of {choices}",
        example={"reason": "ugly", "choices": "malicious, broken, other"},
    ),
    "report.already-handled": Code(
        "error",
        "the report was already handled",
        "Another moderator has closed it.",
        message="this report is already {status}",
        hint="reload the page to see who handled it",
        example={"status": "dismissed"},
    ),
}
