"""Display names of permissions, licences, types and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME, TYPES, ExtensionType


class Permission(NamedTuple):
    """How a permission is displayed."""

    icon: str
    title: str
    meaning: str


PERMISSIONS = {
    "network": Permission("network", "Network", "It can send and receive data over the internet."),
    "files": Permission("files", "Files", "It can read and write files outside its own folder."),
    "clipboard": Permission("clipboard", "Clipboard", "It can read and change the clipboard."),
    "camera": Permission("camera", "Camera", "It can use your camera."),
    "microphone": Permission("microphone", "Microphone", "It can record with your microphone."),
    "scripts": Permission("code", "Scripts", "Its assets can contain Python scripts."),
}

#: Text for extensions without permissions, for types that need their own.
NO_PERMISSIONS = {
    THEME.name: "It declares no permissions: a theme contains colours and settings, no code."
}
NO_PERMISSIONS_DECLARED = (
    "It declares no permissions. That is the author's statement; Blender does not enforce it."
)

#: What a package of a type contains beside its manifest, as HTML; ``{type}`` is the type with its article.
PACKAGE_CONTENTS = {
    ADD_ON.name: "<code>__init__.py</code> for {type}",
    THEME.name: "one <code>.xml</code> file for {type}",
    ASSET_LIBRARY.name: "nothing else for {type}, whose manifest has its URL in <code>[asset_library]</code>",
}

#: The title of the tab with what a package of a type does or contains, for types that need their own.
CONTENTS_TITLES = {THEME.name: "All colours", ASSET_LIBRARY.name: "Contents"}


def contents_title(type_: str) -> str:
    """Return the title of the tab with what an extension of a type does or contains."""
    return CONTENTS_TITLES.get(type_, "What it does")


#: What licences mean in a few words, by the beginning of their identifiers; the first that fits.
LICENCE_MEANINGS = (
    (("CC0-", "Unlicense", "0BSD", "MIT-0"), "Use it for anything"),
    (
        ("AGPL-", "GPL-", "LGPL-", "MPL-", "CC-BY-SA-"),
        "Free to use and change",
    ),
    (
        ("Apache-", "BSD-", "BSL-", "CC-BY-4", "ISC", "MIT", "OFL-", "Zlib"),
        "Free to use and change",
    ),
)


def licence_meaning(identifier: str) -> str:
    """Return what a licence means in a few words; empty for one that is not known."""
    return next((text for starts, text in LICENCE_MEANINGS if identifier.startswith(starts)), "")


def list_types(*, plural: bool, types: Sequence[ExtensionType] = TYPES) -> str:
    """Return ``add-ons, themes and asset libraries``, or with ``plural=False`` ``an add-on, a theme or an asset library``."""
    if plural:
        words, conjunction = [type_.plural.lower() for type_ in types], "and"
    else:
        words, conjunction = [with_article(type_) for type_ in types], "or"
    *first, last = words
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def with_article(type_: ExtensionType) -> str:
    """Return ``an add-on`` or ``a theme``."""
    label = type_.label.lower()
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"


LICENCES = {
    "0BSD": "BSD Zero Clause Licence",
    "AGPL-3.0-only": "GNU Affero General Public Licence, version 3",
    "AGPL-3.0-or-later": "GNU Affero General Public Licence, version 3 or later",
    "Apache-2.0": "Apache Licence 2.0",
    "BSD-2-Clause": "BSD 2-Clause Licence",
    "BSD-3-Clause": "BSD 3-Clause Licence",
    "BSL-1.0": "Boost Software Licence 1.0",
    "CC-BY-4.0": "Creative Commons Attribution 4.0",
    "CC-BY-SA-4.0": "Creative Commons Attribution-ShareAlike 4.0",
    "CC0-1.0": "Creative Commons Zero 1.0 (public domain)",
    "GPL-2.0-only": "GNU General Public Licence, version 2",
    "GPL-2.0-or-later": "GNU General Public Licence, version 2 or later",
    "GPL-3.0-only": "GNU General Public Licence, version 3",
    "GPL-3.0-or-later": "GNU General Public Licence, version 3 or later",
    "ISC": "ISC Licence",
    "LGPL-2.1-or-later": "GNU Lesser General Public Licence, version 2.1 or later",
    "LGPL-3.0-only": "GNU Lesser General Public Licence, version 3",
    "LGPL-3.0-or-later": "GNU Lesser General Public Licence, version 3 or later",
    "MIT": "MIT Licence",
    "MIT-0": "MIT No Attribution",
    "MPL-2.0": "Mozilla Public Licence 2.0",
    "OFL-1.1": "SIL Open Font Licence 1.1",
    "Unlicense": "The Unlicense (public domain)",
    "Zlib": "zlib Licence",
}


class EventLabel(NamedTuple):
    """How an event is displayed in a review thread; ``text`` follows the user's name."""

    icon: str
    text: str


EVENTS = {
    "comment": EventLabel("chat", "commented"),
    "uploaded": EventLabel("upload", "uploaded a package of {version}"),
    "replaced": EventLabel("upload", "replaced a package of {version}"),
    "submitted": EventLabel("clock", "submitted {version} for review"),
    "withdrawn": EventLabel("back", "withdrew {version} from review"),
    "approved": EventLabel("check", "approved {version}"),
    "first_approved": EventLabel("check", "approved {version}; one more moderator is needed"),
    "approval_withdrawn": EventLabel("back", "took the approval of {version} back"),
    "second_asked": EventLabel("people", "asked for a second moderator for {version}"),
    "undone": EventLabel("back", "took the decision about {version} back"),
    "changes_requested": EventLabel("pencil", "requested changes to {version}"),
    "declined": EventLabel("cross", "declined {version}"),
    "reconsidered": EventLabel("clock", "granted an appeal: {version} is in review again"),
    "blocked": EventLabel("shield", "blocked the extension"),
    "unblocked": EventLabel("shield", "unblocked the extension"),
    "unlisted": EventLabel("eye-off", "unlisted the extension"),
    "listed": EventLabel("eye", "listed the extension again"),
    "deprecated": EventLabel("flag", "deprecated the extension"),
    "undeprecated": EventLabel("check", "ended the deprecation of the extension"),
    "deletion_planned": EventLabel("bin", "planned to delete the extension"),
    "deletion_cancelled": EventLabel("back", "cancelled the deletion of the extension"),
    "deleted": EventLabel("bin", "deleted the extension"),
    "deleted_as_planned": EventLabel("bin", "deleted the extension, as planned"),
    "restored": EventLabel("back", "restored the extension"),
    "erased": EventLabel("bin", "erased the content of the deleted extension"),
    "handover_offered": EventLabel("people", "offered to hand the extension over"),
    "handover_accepted": EventLabel("people", "became the owner of the extension"),
    "handover_refused": EventLabel("cross", "refused to become the owner of the extension"),
    "handover_withdrawn": EventLabel("back", "withdrew the offer to hand the extension over"),
    "maximum_set": EventLabel("layers", "set the maximum Blender version of {version}"),
    "maximum_removed": EventLabel("layers", "removed the maximum Blender version of {version}"),
    "maximum_suggested": EventLabel("chat", "suggested a maximum Blender version for {version}"),
    "maximum_withdrawn": EventLabel("back", "withdrew a suggested maximum of {version}"),
    "maximum_declined": EventLabel("cross", "declined a suggested maximum of {version}"),
    "held": EventLabel("hand", "put {version} on hold"),
    "released": EventLabel("clock", "returned {version} from hold to the queue"),
    "hold_ended": EventLabel(
        "clock", "returned {version} from hold to the queue on the agreed day"
    ),
    "scheduled": EventLabel("clock", "approved {version}, to become public later"),
    "published": EventLabel("check", "made {version} public, as planned"),
    "published_early": EventLabel("check", "made {version} public before its time"),
    "stopped": EventLabel("hand", "stopped the publication of {version}"),
    "auto_scheduled": EventLabel("clock", "planned to publish {version} automatically"),
    "auto_published": EventLabel("check", "published {version} automatically"),
    "auto_stopped": EventLabel("hand", "stopped the automatic publication of {version}"),
    "unpublished": EventLabel("back", "unpublished {version}"),
    "republished": EventLabel("check", "published {version} again"),
    "package_removed": EventLabel("bin", "removed a package of {version}"),
    "promoted": EventLabel("check", "made {version} stable"),
    "version_blocked": EventLabel("shield", "blocked {version}"),
    "version_unblocked": EventLabel("shield", "unblocked {version}"),
    "tasks_done": EventLabel("success", "checked the tasks of {version}"),
    "finding_waived": EventLabel("shield", "waived a finding of {version}"),
    "disputed": EventLabel("chat", "disputes a finding of {version}"),
    "dispute_accepted": EventLabel(
        "check", "accepted the author's answer to a finding of {version}"
    ),
    "dispute_kept": EventLabel("pencil", "kept a disputed finding of {version}"),
    "dispute_closed": EventLabel("success", "closed a dispute of {version}"),
    "tried": EventLabel("play", "tried {version}"),
    "quarantined": EventLabel("shield", "put a package of {version} into quarantine"),
    "scan_blocked": EventLabel("shield", "blocked {version}: a package is in quarantine"),
    "released_from_quarantine": EventLabel(
        "check", "released a package of {version} from quarantine"
    ),
    "expired": EventLabel("bin", "deleted {version}, which was not submitted in time"),
    "discarded": EventLabel("bin", "discarded {version}"),
    "rating_hidden": EventLabel("eye-off", "hid a rating"),
    "rating_shown": EventLabel("eye", "showed a hidden rating again"),
}


def stars(number: float) -> str:
    """Return ``4.4 of 5 stars``, without the decimal place for a whole number."""
    return f"{number:.1f}".removesuffix(".0") + " of 5 stars"


def short_hash(sha256: str) -> str:
    """Return the first 12 digits of a hash, enough to compare at a glance."""
    return f"{sha256[:12]}…"
