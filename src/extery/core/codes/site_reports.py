"""Codes of reports about extensions on the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "report.text-missing": Code(
        "error", "the report has no text", "Moderators need to know what is wrong."
    ),
    "report.note-missing": Code(
        "error",
        "the note is missing",
        "The note explains the outcome to other moderators.",
    ),
    "report.unknown-reason": Code(
        "error", "the reason is unknown", "Reports are sorted by their reason."
    ),
    "report.already-handled": Code(
        "error", "the report was already handled", "Another moderator has closed it."
    ),
}
