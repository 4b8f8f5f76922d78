"""The actions of the audit log that are neither events of extensions nor steps of a case.

Events are ``event.`` with their kind and steps of cases ``case.`` with theirs: a new kind needs no row here.
"""

from __future__ import annotations

from django.db.models import TextChoices


class Action(TextChoices):
    """What was done; the values are permanent, because programs filter exports by them."""

    CLAIMED = "claim.started", "Version claimed"
    CLAIM_TAKEN_OVER = "claim.taken_over", "Claim taken over"
    CLAIM_RELEASED = "claim.released", "Claim released"
    TASK_SET = "task.set", "Task set"
    TASK_DROPPED = "task.dropped", "Task taken back"
    TASK_DONE = "task.done", "Task marked as done"
    TASK_REOPENED = "task.reopened", "Task reopened"
    WAIVER_ENDED = "waiver.ended", "Waiver of a finding ended"
    BLOCKING_SET = "blocking.set", "Blocking of a code set"
    TRY_ADDRESS_MADE = "try.made", "Address to try a version made"
    BLOCK_ASKED = "block.asked", "Block asked for"
    BLOCK_CONFIRMED = "block.confirmed", "Block confirmed"
    BLOCK_REFUSED = "block.refused", "Block refused"
    BLOCK_TAKEN_BACK = "block.taken_back", "Request for a block taken back"
    TEST_RUN_ASKED = "test_run.asked", "Test in Blender asked for"
    COMMENT_EDITED = "comment.edited", "Comment edited"
    COMMENT_REMOVED = "comment.removed", "Comment removed"
    REPLY_SAVED = "reply.saved", "Saved reply written"
    REPLY_DELETED = "reply.deleted", "Saved reply deleted"
    MEDIA_CHANGED = "media.changed", "Pictures or videos of an extension changed"
    ID_RESERVED = "id.reserved", "Id reserved"
    ID_FREED = "id.freed", "Reserved id freed"
    PICKED = "pick.added", "Extension picked"
    PICK_REMOVED = "pick.removed", "Extension removed from the picks"
    KNOWN_BAD_ADDED = "known_bad.added", "Known-bad files added"
    KNOWN_BAD_REMOVED = "known_bad.removed", "Known-bad file removed"
    PAGE_WRITTEN = "page.written", "Page of the site written"
    SEARCH_SAVED = "search.saved", "Search of sources saved"
    SEARCH_DELETED = "search.deleted", "Search of sources deleted"
    SUSPENDED = "account.suspended", "User suspended"
    SUSPENSION_LIFTED = "account.lifted", "Suspension lifted"
    PROFILE_HIDDEN = "account.profile_hidden", "Name and text of a profile hidden"
    PROFILE_KEPT_HIDDEN = "account.profile_kept_hidden", "Changed text of a hidden profile refused"
    PROFILE_SHOWN = "account.profile_shown", "Name and text of a profile shown again"
    SET_HIDDEN = "set.hidden", "Set hidden"
    SET_SHOWN = "set.shown", "Set shown again"
    ROLE_GRANTED = "role.granted", "Role granted"
    ROLE_REVOKED = "role.revoked", "Role revoked"
    ACCOUNT_DELETED = "account.deleted", "Account deleted"
    APPEALED = "appeal.made", "Appeal made"
    APPEAL_GRANTED = "appeal.granted", "Appeal granted"
    APPEAL_REJECTED = "appeal.rejected", "Appeal rejected"
    SIGNED_IN = "sign_in.done", "Signed in"
    SIGN_IN_FAILED = "sign_in.failed", "Wrong password"
    ADMIN_ADDED = "admin.added", "Added in the admin"
    ADMIN_CHANGED = "admin.changed", "Changed in the admin"
    ADMIN_DELETED = "admin.deleted", "Deleted in the admin"


#: Actions whose rows are deleted after ``EXTERY_SIGN_IN_LOG_LIFETIME``; all others stay.
SIGN_INS = (Action.SIGNED_IN, Action.SIGN_IN_FAILED)


def event_action(kind: str) -> str:
    """Return the action of an event of an extension."""
    return f"event.{kind}"


def case_action(kind: str) -> str:
    """Return the action of a step of a case of reports."""
    return f"case.{kind}"
