"""Actions of the owners of sets: create, change and delete one. Those on its entries: `extery_site.sets.entries`."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_moderate, require_user
from extery_site.notify.subscriptions import drop_subscriptions
from extery_site.project.database import lock_transaction
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.sets.models import ExtensionSet
from extery_site.sets.texts import check_name, check_title, clean_description, make_name

Visibility = ExtensionSet.Visibility


def find_set(owner: str, name: str, user: AnyUser) -> ExtensionSet:
    """Return the set with an address; raises `NotFound` if there is none that ``user`` can see."""
    visible = ExtensionSet.objects.visible_to(user)
    found = visible.at(owner, name).first() or visible.at_any_case(owner, name).first()
    if found is None:
        raise not_found(f"{owner}/{name}")
    return found


def not_found(name: str) -> NotFound:
    """Return the error for a set that does not exist, or that the user cannot see: they are the same."""
    return NotFound.of("request.not-found", variant="set", name=name[:120])


@transaction.atomic
def create_set(
    *,
    by: AnyUser,
    title: str,
    description: str = "",
    visibility: Visibility = Visibility.PUBLIC,
    name: str = "",
    address: str | None = None,
) -> ExtensionSet:
    """Create an empty set. Without ``name``, its address is made from the title; that of one with a link is secret.

    Raises `InvalidInput` for an invalid text, `Conflict` if the account has too many sets, and `Refused` if a quota of
    the user or of the client's ``address`` is exceeded.
    """
    user = require_user(by)
    # Without it, two first sets could have the same name, or be one too many.
    lock_transaction(f"sets {user.pk}")
    limit: int | None = settings.EXTERY_SETS_PER_ACCOUNT
    if limit is not None and not may_moderate(user) and user.sets.count() >= limit:
        raise Conflict.of("set.too-many", limit=limit)
    title = check_title(title, user)
    is_secret = visibility == Visibility.LINK
    name = check_name(name, user) if name else make_name(title, user, is_secret=is_secret)
    use_changes(user, address)
    return ExtensionSet.objects.create(
        owner=user,
        name=name,
        title=title,
        description=clean_description(description),
        visibility=visibility,
    )


@transaction.atomic
def change_set(
    *,
    set_: ExtensionSet,
    by: AnyUser,
    title: str | None = None,
    description: str | None = None,
    visibility: Visibility | None = None,
    address: str | None = None,
) -> ExtensionSet:
    """Change what is given, and return the current set. The address stays: Blenders subscribe to it."""
    user = require_user(by)
    lock_transaction(f"sets {user.pk}")
    set_ = lock_set(set_, user)
    values = {
        "title": set_.title if title is None else check_title(title, user, other_than=set_.pk),
        "description": set_.description if description is None else clean_description(description),
        "visibility": set_.visibility if visibility is None else visibility,
    }
    if values == {name: getattr(set_, name) for name in values}:
        return set_
    use_changes(user, address)
    for name, value in values.items():
        setattr(set_, name, value)
    set_.updated_at = timezone.now()
    set_.save(update_fields=[*values, "updated_at"])
    return set_


@transaction.atomic
def delete_set(*, set_: ExtensionSet, by: AnyUser) -> None:
    """Delete a set and what its followers have subscribed to."""
    set_ = lock_set(set_, require_user(by))
    drop_subscriptions(set_.key)
    set_.delete()


def lock_set(set_: ExtensionSet, user: AnyUser) -> ExtensionSet:
    """Return the current set of ``user``, locked until the transaction ends.

    Raises `NotFound` if it was deleted or ``user`` cannot see it, and `Refused` for a set of another user.
    """
    locked = ExtensionSet.objects.select_for_update().filter(pk=set_.pk).first()
    if locked is None or not ExtensionSet.objects.visible_to(user).filter(pk=set_.pk).exists():
        raise not_found(set_.title)
    locked.owner = set_.owner
    if not locked.is_owned_by(user):
        raise Refused.of("set.not-owner", title=locked.title, owner=locked.owner.username)
    return locked


def use_changes(user: User, address: str | None) -> None:
    """Count a change of a set; raises `Refused` if a quota is exceeded."""
    if not may_moderate(user):
        use_quota(QuotaKind.SET_CHANGES, account=user.pk, address=address)
