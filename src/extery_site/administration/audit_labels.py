"""How actions of the audit log are displayed: names, groups and icons."""

from __future__ import annotations

from extery_site.audit.actions import Action, case_action, event_action
from extery_site.catalog.models import Event
from extery_site.reports.models import CaseEntry
from extery_site.ui import labels

#: The groups of the filter, by what their actions begin with.
GROUPS = {
    "event.": "Extensions and versions",
    "case.": "Reports",
    "appeal.": "Appeals",
    "account.": "Accounts and suspensions",
    "set.": "Sets",
    "role.": "Roles",
    "claim.": "Claims",
    "task.": "Tasks",
    "block.": "Blocks by two moderators",
    "comment.": "Comments",
    "try.": "Tries",
    "test_run.": "Tests in Blenders",
    "waiver.": "Waivers",
    "blocking.": "Rules that block",
    "reply.": "Saved replies",
    "media.": "Pictures and videos",
    "pick.": "Editor’s picks",
    "id.": "Reserved ids",
    "known_bad.": "Known-bad files",
    "page.": "Pages of the site",
    "search.": "Searches of sources",
    "sign_in.": "Sign-ins",
    "admin.": "The admin",
}
_ICONS = {
    "appeal": "flag",
    "account": "lock",
    "set": "layers",
    "role": "people",
    "claim": "hand",
    "task": "list",
    "block": "shield",
    "comment": "chat",
    "try": "play",
    "test_run": "play",
    "waiver": "shield",
    "reply": "reply",
    "media": "eye",
    "pick": "star",
    "id": "tag",
    "page": "pencil",
    "search": "search",
    "sign_in": "key",
    "admin": "pencil",
}


def all_actions() -> dict[str, str]:
    """Return the names of all actions."""
    return {
        **{event_action(kind): kind.label for kind in Event.Kind},
        **{case_action(kind): f"Report: {kind.label}" for kind in CaseEntry.Kind},
        **dict(Action.choices),
    }


def grouped_actions() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the groups with their actions: what they begin with, their name, and their choices."""
    names = all_actions()
    return [
        (start, title, [(action, names[action]) for action in names if action.startswith(start)])
        for start, title in GROUPS.items()
    ]


def icon_of(action: str) -> str:
    """Return the name of the icon of an action."""
    group, _, kind = action.partition(".")
    if group == "event" and kind in labels.EVENTS:
        return labels.EVENTS[kind].icon
    return _ICONS.get(group, "flag" if group == "case" else "circle")
