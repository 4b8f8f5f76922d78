"""Codes of `extery check` itself: comments that suppress warnings, and the baseline."""

from __future__ import annotations

from extery.core.codes import Code

_COMMENT = "# extery: ignore[code.subprocess] reason"

CODES = {
    "check.unused-suppression": Code(
        "warning", "a suppression is no longer needed",
        "It hides nothing today, and would hide the next problem on that line.",
        message="this comment suppresses {code}, which is not reported here",
        hint="remove the code from the comment",
        example={"code": "code.subprocess"},
    ),
    "check.no-reason": Code(
        "warning", "a suppression gives no reason",
        "Readers and reviewers of the code need to know why a warning does not apply. Without a reason nothing is suppressed.",
        message="this comment gives no reason for suppressing {code}",
        hint=f"write the reason behind the bracket: {_COMMENT}",
        example={"code": "code.subprocess"},
    ),
    "check.unknown-code": Code(
        "warning", "a suppression names an unknown code",
        "It suppresses nothing.",
        message="this comment names {code}, which is no code of a problem",
        hint="'extery explain --all' lists all codes",
        example={"code": "code.subproces"},
    ),
    "check.unused-silence": Code(
        "warning", "a silenced warning is no longer reported",
        "The project file silences a warning that is not reported, and would hide the next one.",
        message="{file} silences {code}, which is not reported",
        hint="remove it from [silence]",
        example={"file": "extery.toml", "code": "code.bl-info"},
    ),
    "check.baseline": Code(
        "error", "the baseline cannot be used",
        "The baseline is a file of known problems, which 'extery check --write-baseline' writes.",
        message="the baseline {file} cannot be used: {reason}",
        hint="write it again with 'extery check --baseline FILE --write-baseline'",
        example={"file": "extery-baseline.json", "reason": "it is not JSON"},
    ),
    "check.fix-failed": Code(
        "error", "a fix could not be written",
        "The file is as it was.",
        message="{file} could not be written: {reason}",
        hint="make the file writable, then check again",
        example={"file": "gears.py", "reason": "Permission denied"},
    ),
    "check.edited": Code(
        "error", "a file has changed while it was fixed",
        "An editor or another process has saved it since it was checked. Its text was kept, and it was not fixed.",
        message="{file} has changed since it was checked, and was not fixed",
        hint="check again when no other program writes into the folder",
        example={"file": "gears.py"},
    ),
}  # fmt: skip
