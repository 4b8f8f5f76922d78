"""Codes of reviewing versions and commenting on them on the website."""

from __future__ import annotations

from extery.core.codes import Code

_CHANGED = (
    "the packages of {extension} {version} have changed since they were reviewed: "
    "{added} added, {removed} removed"
)
_REVIEW_AGAIN = "review the current version, then decide again"

CODES: dict[str, Code] = {
    "review.reason-missing": Code(
        "error",
        "the decision has no reason",
        "The owner needs to know what to change.",
        message="the decision needs a reason",
        hint="describe what is wrong and how to fix it",
    ),
    "review.bad-day": Code(
        "error",
        "the day of the hold is not possible",
        "On that day the version returns to the queue, so it must be in the future.",
        message="{day} is not a day between tomorrow and {last}",
        hint="enter a day after today, or leave the field empty",
        example={"day": "2026-11-01", "last": "2027-11-27"},
    ),
    "review.second-moderator": Code(
        "error",
        "the block needs a second moderator",
        "A block of a widely used extension reaches many people, so two moderators decide about it.",
        message="{extension} is widely used: a block needs a second moderator",
        hint="ask for the block on the page of the block; another moderator confirms it",
        example={"extension": "Gear Tool"},
    ),
    "review.approved-by-you": Code(
        "error",
        "another moderator must approve the version, too",
        "A version with a high risk, or of a widely used extension, needs the approvals of two moderators.",
        message="you have approved {extension} {version}: one more moderator is needed",
        hint="wait for another moderator, or take your approval back",
        example={"extension": "Gear Tool", "version": "1.2.0"},
    ),
    "review.no-approval": Code(
        "error",
        "there is no approval to take back",
        "A first approval ends with a new package, with every decision, and when it is taken back.",
        message="there is no approval of yours for {extension} {version}",
        hint="reload the page to see what happened",
        example={"extension": "Gear Tool", "version": "1.2.0"},
    ),
    "review.not-undoable": Code(
        "error",
        "the decision cannot be taken back",
        "Within ten minutes the moderator who decided can take a decision back, if nothing else has "
        "happened to the version since.",
        message="the decision about {extension} {version} cannot be taken back",
        hint="put a version that is not public on hold or stop it, and block a public one if it does harm",
        example={"extension": "Gear Tool", "version": "1.2.0"},
    ),
    "review.block-requested": Code(
        "error",
        "a block was asked for already",
        "One request is open for an extension at a time.",
        message="a block of {extension} was asked for already",
        hint="confirm or refuse that request on the page of the block",
        example={"extension": "Gear Tool"},
    ),
    "review.block-request-closed": Code(
        "error",
        "the request for a block is closed",
        "Another moderator may have answered it, or the one who asked has taken it back.",
        message="the request to block {extension} is closed: {status}",
        hint="reload the page to see what happened",
        example={"extension": "Gear Tool", "status": "Confirmed"},
    ),
    "review.no-version-chosen": Code(
        "error",
        "no version is chosen",
        "A block is about the whole extension, or about at least one version.",
        message="choose at least one version",
        hint="tick a version, or choose the whole extension",
    ),
    "review.comment-empty": Code(
        "error",
        "the comment is empty",
        "A comment needs text.",
        message="the comment is empty",
        hint="enter a comment",
    ),
    "review.comment-removed": Code(
        "error",
        "the comment was removed",
        "The text of a removed comment cannot be changed.",
        message="the comment was removed",
        hint="write another comment",
    ),
    "review.comment-edits": Code(
        "error",
        "the comment was edited too often",
        "Each text of a comment is kept, so their number is limited.",
        message="the comment was edited {maximum} times",
        hint="write another comment",
        example={"maximum": 20},
    ),
    "review.bad-place": Code(
        "error",
        "the place of a comment or task is not valid",
        "A place is the SHA-256 of a package, the name of a file in it, and a line.",
        message="the place is not that of a line in a package",
        hint="open the page again and choose a line there",
    ),
    "review.task-empty": Code(
        "error",
        "the task is empty",
        "A task says in a sentence what the author has to change.",
        message="the task is empty",
        hint="write what has to change",
    ),
    "review.task-note-missing": Code(
        "error",
        "the task has no note",
        "The moderator needs to know what was changed.",
        message="the note about the task is empty",
        hint="write in one line what you have changed",
    ),
    "review.task-automatic": Code(
        "error",
        "the site checks this task itself",
        "A task from a finding of the checks is done when an upload no longer has that finding.",
        message="'{task}' is done when an upload no longer has the finding",
        hint="upload a package without it, or ask the moderator in a comment to drop the task",
        example={"task": "Declare the network permission"},
    ),
    "review.too-many-tasks": Code(
        "error",
        "the version has too many open tasks",
        "An author can work on so many tasks at once.",
        message="the version has {maximum} open tasks",
        hint="request these changes first, or decline the version",
        example={"maximum": 50},
    ),
    "review.placeholder": Code(
        "error",
        "the message has a placeholder that is not filled in",
        "Saved replies have placeholders; the site does not know the values of some.",
        message="placeholders of the message are not filled in: {placeholders}",
        hint="write what belongs there, without braces",
        example={"placeholders": "host, other"},
    ),
    "review.result-missing": Code(
        "error",
        "the result of a try is missing",
        "Others want to know whether it worked.",
        message="the result is missing",
        hint="choose whether it works, works in part, or fails",
    ),
    "review.blender-missing": Code(
        "error",
        "the Blender version of a try is missing",
        "An extension can work in one Blender and fail in another.",
        message="the Blender version is missing or not a version",
        hint="enter the version, for example 4.5 or 5.0.1",
    ),
    "review.system-missing": Code(
        "error",
        "the system of a try is missing",
        "An extension can work on one system and fail on another.",
        message="the system is missing",
        hint="choose the system on which you tried it",
    ),
    "review.dispute-empty": Code(
        "error",
        "the dispute has no text",
        "A moderator can only accept an answer that says why the finding is fine.",
        message="the text is empty",
        hint="write why the finding is fine in your extension",
    ),
    "review.finding-kept": Code(
        "error",
        "the finding was kept after a dispute",
        "A finding of a version is disputed once. If the version is declined, its author can appeal, and another "
        "moderator decides.",
        message="a moderator has answered your dispute of {finding}, and kept the finding",
        hint="upload a package without it, or write a comment",
        example={"finding": "package.init-syntax"},
    ),
    "review.finding-waived": Code(
        "error",
        "the finding is waived",
        "A finding that is waived asks for nothing, so there is nothing to dispute.",
        message="{finding} is waived already",
        hint="nothing is left to do about it",
        example={"finding": "package.init-syntax"},
    ),
    "review.finding-open": Code(
        "error",
        "the version has a finding to fix",
        "A finding that has to be fixed keeps a version from being approved, until a moderator says why it is fine.",
        message="{finding} in {extension} {version} is to be fixed",
        hint="request changes, or waive the finding with a reason on the tab Findings",
        example={"finding": "library.changed", "extension": "Gear Tool", "version": "1.2.0"},
    ),
    "review.dispute-open": Code(
        "error",
        "a disputed finding has no answer",
        "The author of the version says why a finding is fine. A moderator accepts that or keeps the finding before "
        "the version is decided.",
        message="the author of {version} disputes {finding}, and has no answer",
        hint="open the findings, and accept the answer or keep the finding",
        example={"version": "1.1.0", "finding": "package.init-syntax"},
    ),
    "review.dispute-answered": Code(
        "error",
        "the dispute has another answer",
        "Another moderator has answered it, or a new package no longer has the finding.",
        message="the dispute of {finding} is no longer open: {state}",
        hint="reload the page",
        example={"finding": "package.init-syntax", "state": "finding kept"},
    ),
    "review.dispute-answer-missing": Code(
        "error",
        "the finding is kept without an answer",
        "The author has given a reason, and needs to know why it is not enough.",
        message="the answer is empty",
        hint="write why the finding stays",
    ),
    "review.waiver-reason-missing": Code(
        "error",
        "the waiver has no reason",
        "The reason is shown with the finding in later versions.",
        message="the reason why the finding is accepted is empty",
        hint="write why it is fine",
    ),
    "review.try-ended": Code(
        "error",
        "the private address has ended",
        "An address to try a version is for one person and one build, and ends after seven days, with a new "
        "build, with the decision, or when it is taken back.",
        message="this private address has ended",
        hint="make a new one in the review, under 'Try it'",
    ),
    "review.reply-empty": Code(
        "error",
        "the saved reply has no title or text",
        "Moderators choose a saved reply by its title.",
        message="the {field} of the saved reply is empty",
        hint="enter a {field}",
        example={"field": "title"},
    ),
    "review.reply-exists": Code(
        "error",
        "a saved reply has this title",
        "Moderators choose a saved reply by its title, so each title is used once.",
        message="a saved reply with the title '{title}' exists",
        hint="change that one, or choose another title",
        example={"title": "Wheel: where was it built?"},
    ),
    "review.wrong-status": Code(
        "error",
        "the decision is not possible in the current status",
        "Another moderator may have decided, or the owner may have withdrawn the version.",
        message="{extension} {version} is not in review: its status is '{status}'",
        hint="reload the page to see what happened",
        variants={
            "other": (
                "this is not possible for {extension} {version}: its status is '{status}'",
                "",
            ),
            "blocked": ("{extension} is blocked", "unblock it first"),
            "already-blocked": ("{extension} is already blocked", ""),
            "not-blocked": ("{extension} is not blocked", ""),
        },
        example={"extension": "Gear Tool", "version": "1.0.0", "status": "Withdrawn"},
    ),
    "review.claimed": Code(
        "error",
        "another moderator has claimed the version",
        "A claim keeps two moderators from reviewing the same version. It ends when its moderator "
        "releases it or decides, and two hours after the last action of that moderator.",
        message="{moderator} has claimed {extension} {version} until {until}",
        hint="review another version, or take this one over",
        variants={
            "faster": (
                "{moderator} claimed {extension} {version} {ago} before you",
                "take the next one",
            ),
        },
        example={
            "moderator": "Imani Okafor",
            "extension": "Gear Tool",
            "version": "1.0.0",
            "until": "17:10 UTC",
        },
    ),
    "review.packages-missing": Code(
        "error",
        "the decision does not name the reviewed packages",
        "A decision applies to exact files: it names the SHA-256 of every reviewed package.",
        message="the decision does not name the reviewed packages",
        hint="send the 'sha256' of each reviewed package in the field 'packages'",
    ),
    "review.bad-hash": Code(
        "error",
        "a hash is not a SHA-256",
        "Packages are identified by their SHA-256, 64 hexadecimal digits.",
        message="{value!r} is not a SHA-256",
        hint="send the 64 hexadecimal digits of the field 'sha256' of the package",
        example={"value": "sha1:2fd4e1c6"},
    ),
    # Without a variant: one added package, reported after the summary, which has the hint.
    "review.packages-changed": Code(
        "error",
        "the packages have changed since they were reviewed",
        "The owner replaced packages after the moderator opened the page. The new packages have "
        "not been reviewed.",
        message="added: {package} (SHA-256 {sha256})",
        variants={
            "summary": (
                _CHANGED,
                "review the current packages, then decide again",
            ),
            "removed": ("removed: a package (SHA-256 {sha256})", ""),
            "moved": (
                "removed: {package}, which belongs to {extension} {version} (SHA-256 {sha256})",
                "",
            ),
        },
        example={
            "variant": "summary",
            "extension": "Gear Tool",
            "version": "1.0.0",
            "added": 1,
            "removed": 1,
        },
    ),
    "review.version-discarded": Code(
        "error",
        "the version was discarded",
        "Its owner withdrew and discarded it after the moderator opened the page.",
        message="version {version} no longer exists",
        hint="reload the page to see what happened",
        variants={
            "other-version": (
                "the form was about version {version}, but this page shows {current}",
                _REVIEW_AGAIN,
            ),
            "no-version": (
                "the form was about version {version}, but no version is left",
                _REVIEW_AGAIN,
            ),
        },
        example={"version": "1.0.0"},
    ),
    "review.no-package": Code(
        "error",
        "the version has no package",
        "There is no package to review.",
        message="{extension} {version} has no package",
        hint="ask the owner to withdraw the version and upload its packages again",
        example={"extension": "Gear Tool", "version": "1.0.0"},
    ),
    "review.package-damaged": Code(
        "error",
        "the stored file of a package is damaged or missing",
        "The stored file differs from the uploaded file, so it must not be published.",
        message="the stored file of {package} is missing",
        hint="restore the file from a backup, or ask the owner to discard this version and upload "
        "it again",
        variants={
            "unreadable": ("the stored file of {package} cannot be read: {os_error}", ""),
            "size": (
                "the stored file of {package} is damaged: it has {actual} bytes, not {expected}",
                "",
            ),
            "hash": (
                "the stored file of {package} is damaged: its SHA-256 is {actual}, not {expected}",
                "",
            ),
        },
        example={"package": "add-on-gear_tool-v1.0.0.zip"},
    ),
    "review.not-listable": Code(
        "error",
        "the listing entry of a package cannot be made",
        "Blender refuses a whole listing for one bad entry, so the version must not become public.",
        message="{package} cannot be listed, its manifest is damaged: {error}",
        hint="request changes, so that its owner uploads the package again",
        example={"package": "add-on-gear_tool-v1.0.0.zip", "error": "KeyError: 'license'"},
    ),
}
