"""What the page Manage offers: for each action its form, what it says before, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest

from extery_site.catalog.models import WITHDRAWABLE, Extension
from extery_site.publish import deletion, handover, visibility
from extery_site.publish.manage_forms import DeprecateForm, EmptyForm, OfferForm, WhyForm
from extery_site.quotas.client_address import client_address


class ManageAction(NamedTuple):
    """An action of an owner: its page names the effects, then a button performs it."""

    title: str
    button: str
    icon: str
    done: str
    perform: Callable[[HttpRequest, Extension, dict[str, Any]], Extension | None]
    form: type[forms.Form] = EmptyForm
    effects: tuple[str, ...] = ()
    """What happens; `effects_of` adds what depends on the extension."""
    is_dangerous: bool = False
    for_moderators: bool = False


def format_period(period: timedelta) -> str:
    """Return ``7 days`` or ``12 hours``."""
    seconds = int(period.total_seconds())
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return "0 seconds"


def effects_of(action: str, extension: Extension) -> list[str]:
    """Return what an action does to an extension, as sentences."""
    return (
        _deletion_effects(extension) if action == "delete" else list(MANAGE_ACTIONS[action].effects)
    )


def _deletion_effects(extension: Extension) -> list[str]:
    identifier = extension.extension_id
    restore = format_period(settings.EXTERY_RESTORE_PERIOD)
    if not deletion.was_submitted(extension):
        return [
            "Its versions, packages, image and texts are deleted now. This cannot be undone.",
            f"The id {identifier} becomes free, and others can use it.",
        ]
    kept = f"The id {identifier} stays reserved. The review history and its decisions stay."
    restored = f"For {restore} after that, you or a moderator can restore it. Then its packages, image and texts are erased."
    waiting = list(
        extension.versions.filter(status__in=WITHDRAWABLE).values_list("number", flat=True)
    )
    withdrawn = [f"Withdrawn from review now: {', '.join(waiting)}."] if waiting else []
    if deletion.is_deleted_at_once(extension):
        return ["It is deleted now.", *withdrawn, restored, kept]
    delay = format_period(settings.EXTERY_DELETION_DELAY)
    count = extension.download_count
    downloads = f"{intcomma(count)} download{'' if count == 1 else 's'} so far"
    return [
        f"It is deleted in {delay}. Until then its page says so, and you can cancel it here.",
        f"Then it leaves the listing, the pages and the downloads ({downloads}).",
        "Where it is installed it stays, without updates.",
        *withdrawn,
        restored,
        kept,
    ]


_UNLIST_EFFECTS = (
    "The home page, lists, searches and your profile leave it out, and search engines are asked to.",
    "Its page and downloads stay for everyone who has the address.",
    "It stays in the listing that Blender reads: Blender keeps updating it, and its own search still finds it.",
    "You can list it again at any time.",
)


_DEPRECATE_EFFECTS = (
    "Its page says that it is no longer maintained, shows your note and links to the replacement.",
    "It stays in lists and in Blender, and keeps its updates.",
    "You can end the deprecation at any time.",
)


_OFFER_EFFECTS = (
    "The other user finds the offer in My extensions and accepts or refuses it. Nothing changes before.",
    "Then that user alone can edit, submit and delete it. You and your API tokens have no access any more.",
    "Versions that you have uploaded keep your name in the review history.",
    "You can withdraw the offer until it is accepted.",
)


#: By the last part of their URL.
MANAGE_ACTIONS = {
    "unlist": ManageAction(
        "Unlist",
        "Unlist",
        "eye-off",
        "is unlisted.",
        lambda request, extension, data: visibility.unlist(
            extension=extension, by=request.user, **data
        ),
        WhyForm,
        _UNLIST_EFFECTS,
    ),
    "list": ManageAction(
        "List again",
        "List again",
        "eye",
        "is listed again.",
        lambda request, extension, data: visibility.list_again(
            extension=extension, by=request.user, **data
        ),
    ),
    "deprecate": ManageAction(
        "Deprecate",
        "Deprecate",
        "flag",
        "is deprecated.",
        lambda request, extension, data: visibility.deprecate(
            extension=extension, by=request.user, **data
        ),
        DeprecateForm,
        _DEPRECATE_EFFECTS,
    ),
    "undeprecate": ManageAction(
        "End the deprecation",
        "End the deprecation",
        "check",
        "is no longer deprecated.",
        lambda request, extension, data: visibility.undeprecate(
            extension=extension, by=request.user, **data
        ),
    ),
    "hand-over": ManageAction(
        "Hand over",
        "Offer it",
        "people",
        "is offered. The other user must accept.",
        lambda request, extension, data: (
            handover.offer(
                extension=extension, by=request.user, address=client_address(request), **data
            ).extension
        ),
        OfferForm,
        _OFFER_EFFECTS,
    ),
    "delete": ManageAction(
        "Delete",
        "Delete",
        "bin",
        "",
        lambda request, extension, data: deletion.delete_extension(
            extension=extension, by=request.user, **data
        ),
        WhyForm,
        is_dangerous=True,
    ),
    "cancel-deletion": ManageAction(
        "Cancel the deletion",
        "Cancel the deletion",
        "back",
        "will not be deleted.",
        lambda request, extension, data: deletion.cancel_deletion(
            extension=extension, by=request.user, **data
        ),
    ),
    "restore": ManageAction(
        "Restore",
        "Restore",
        "back",
        "is restored.",
        lambda request, extension, data: deletion.restore(
            extension=extension, by=request.user, **data
        ),
        for_moderators=True,
    ),
}
