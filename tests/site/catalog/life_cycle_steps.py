"""What the tests of the life cycle expect of each event, and the actions that cause it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from extery_site.catalog.models import Version
from extery_site.moderation import cool_down, decisions
from extery_site.publish import actions


class Step(NamedTuple):
    """What an event does to a version; written here again, so that a mistake in the table is found."""

    sources: set[str]
    target: str


OPEN = {"in_review", "changes_requested", "on_hold", "cooling_down"}
#: The effect of each event on its version; ``deleted`` is the end.
STEPS_OF_VERSIONS = {
    "uploaded": Step({"", "draft", "changes_requested", "withdrawn"}, ""),
    "replaced": Step({"draft", "changes_requested", "withdrawn"}, ""),
    "submitted": Step({"draft", "changes_requested", "withdrawn"}, "in_review"),
    "withdrawn": Step(OPEN, "withdrawn"),
    "discarded": Step({"draft", "changes_requested", "withdrawn", "declined"}, "deleted"),
    "expired": Step({"draft", "withdrawn"}, "deleted"),
    "approved": Step({"in_review"}, "approved"),
    "first_approved": Step({"in_review"}, "in_review"),
    "approval_withdrawn": Step({"in_review"}, "in_review"),
    "undone": Step({"approved", "cooling_down", "changes_requested", "on_hold"}, "in_review"),
    "changes_requested": Step({"in_review"}, "changes_requested"),
    "declined": Step({"in_review", "on_hold"}, "declined"),
    "held": Step({"in_review", "cooling_down"}, "on_hold"),
    "released": Step({"on_hold"}, "in_review"),
    "hold_ended": Step({"on_hold"}, "in_review"),
    "scheduled": Step({"in_review"}, "cooling_down"),
    "published": Step({"cooling_down"}, "approved"),
    "published_early": Step({"cooling_down"}, "approved"),
    "stopped": Step({"cooling_down"}, "in_review"),
    "auto_scheduled": Step({"in_review"}, "cooling_down"),
    "auto_published": Step({"in_review", "cooling_down"}, "approved"),
    "auto_stopped": Step({"cooling_down"}, "in_review"),
    "unpublished": Step({"approved"}, "unpublished"),
    "republished": Step({"unpublished"}, "approved"),
    "package_removed": Step({"draft", "changes_requested", "withdrawn"}, ""),
    "promoted": Step({"approved"}, ""),
    "version_blocked": Step({"approved", "unpublished"}, "blocked"),
    "scan_blocked": Step({"approved", "unpublished"}, "blocked"),
    "reconsidered": Step({"declined"}, "in_review"),
    **{
        f"maximum_{name}": Step({"approved"}, "")
        for name in ("set", "removed", "suggested", "withdrawn", "declined")
    },
    "version_unblocked": Step({"blocked"}, "approved or unpublished"),
}
#: Events that users cause: who, and how. Discarding is left out: it is in `act_as_owner`.
POSSIBLE: dict[str, tuple[str, Callable[[Version, Any], Any]]] = {
    "submitted": ("owner", lambda version, by: actions.submit(version=version, by=by)),
    "withdrawn": ("owner", lambda version, by: actions.withdraw(version=version, by=by)),
    "unpublished": ("owner", lambda version, by: actions.unpublish(version=version, by=by)),
    "republished": ("owner", lambda version, by: actions.republish(version=version, by=by)),
    "approved": (
        "moderator",
        lambda version, by: decisions.approve_version(
            version=version, packages=version.package_hashes, by=by
        ),
    ),
    "changes_requested": (
        "moderator",
        lambda version, by: decisions.request_changes(
            version=version, packages=version.package_hashes, by=by, reason="Because"
        ),
    ),
    "held": (
        "moderator",
        lambda version, by: decisions.hold_version(
            version=version,
            by=by,
            reason="Because",
            until=timezone.localdate() + timedelta(days=2),
        ),
    ),
    "released": (
        "moderator",
        lambda version, by: decisions.release_version(version=version, by=by),
    ),
    "published_early": (
        "moderator",
        lambda version, by: cool_down.publish_early(version=version, by=by, reason="Because"),
    ),
    "stopped": (
        "moderator",
        lambda version, by: cool_down.stop_publication(version=version, by=by, reason="Because"),
    ),
    "version_blocked": (
        "moderator",
        lambda version, by: decisions.block_version(version=version, by=by, reason="Because"),
    ),
    "version_unblocked": (
        "moderator",
        lambda version, by: decisions.unblock_version(version=version, by=by),
    ),
}
