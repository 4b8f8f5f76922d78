"""Hand-over of an extension: the owner offers it, and it changes hands when the other user accepts."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog import lifecycle, locking, transitions
from extery_site.catalog.models import Extension, Handover
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.notify.actions import notify, settle
from extery_site.publish.deletion import require_no_planned_deletion
from extery_site.publish.offer_subject import offer_subject
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota


def open_offer(extension: Extension) -> Handover | None:
    """Return the open offer of an extension."""
    offers = extension.handovers.filter(state=Handover.State.OPEN)
    return offers.select_related("offered_to").first()


def offers_to(user: User) -> QuerySet[Handover]:
    """Return the open offers to a user, newest first."""
    return Handover.objects.filter(offered_to=user, state=Handover.State.OPEN).select_related(
        "extension", "extension__image", "offered_by"
    )


def open_offers_of(user: User) -> QuerySet[Handover]:
    """Return the open offers to a user and of the user's extensions, newest first."""
    return _offers_of(user).filter(state=Handover.State.OPEN)[:100]


def find_offer(user: User, pk: int) -> Handover | None:
    """Return an offer to a user or of the user's extension."""
    return _offers_of(user).filter(pk=min(pk, 2**62)).first()


def _offers_of(user: User) -> QuerySet[Handover]:
    offers = Handover.objects.select_related("extension", "offered_by", "offered_to")
    return offers.filter(Q(offered_to=user) | Q(extension__owner=user))


def offer(
    *, extension: Extension, by: AnyUser, to: str, text: str = "", address: str | None = None
) -> Handover:
    """Offer an extension to the user with the name ``to``.

    Raises `InvalidInput` for an unknown user, `Conflict` if it is offered already.
    """
    owner = require_user(by)
    text = clean_text(text, field="text", max_length=MAX_REASON_LENGTH)
    name = clean_text(to, field="to", max_length=200).removeprefix("@")
    with lifecycle.transition(
        transitions.OFFER_HANDOVER, extension=extension, by=by, text=text
    ) as pending:
        use_quota(QuotaKind.COMMENTS, account=owner.pk, address=address)
        require_no_planned_deletion(pending.extension)
        recipient = User.objects.filter(username__iexact=name, is_active=True).first()
        if recipient is None or recipient == pending.by:
            raise InvalidInput.of(
                "handover.recipient",
                where=Where(path=("to",)),
                variant="" if recipient is None else "owner",
                name=name[:80],
            )
        existing = open_offer(pending.extension)
        if existing is not None:
            raise Conflict.of(
                "handover.open",
                extension=pending.extension.name,
                name=existing.offered_to.username,
            )
        handover = Handover.objects.create(
            extension=pending.extension, offered_by=owner, offered_to=recipient, text=text
        )
        notify(
            "extension_offered",
            to=[recipient],
            subject=offer_subject(handover),
            by=owner,
            text=text,
        )
        return handover


def accept(*, handover: Handover, by: AnyUser) -> Extension:
    """Make the user to whom an extension is offered its owner; raises `Conflict` for a closed offer.

    Versions keep the user who uploaded them. The previous owner has no access any more, nor have
    that user's API tokens.
    """
    with lifecycle.transition(
        transitions.ACCEPT_HANDOVER, extension=handover.extension, by=by
    ) as pending:
        locked = _lock_open(handover, pending.extension)
        _require_recipient(locked, pending.by)
        locking.require_not_blocked(pending.extension)
        require_no_planned_deletion(pending.extension)
        pending.extension.owner = locked.offered_to
        _close(locked, Handover.State.ACCEPTED)
    return pending.extension


def refuse(*, handover: Handover, by: AnyUser, text: str = "") -> Handover:
    """Refuse an offer; raises `Conflict` if it is closed."""
    text = clean_text(text, field="text", max_length=MAX_REASON_LENGTH)
    with lifecycle.transition(
        transitions.REFUSE_HANDOVER, extension=handover.extension, by=by, text=text
    ) as pending:
        locked = _lock_open(handover, pending.extension)
        _require_recipient(locked, pending.by)
        _close(locked, Handover.State.REFUSED)
    return locked


def withdraw(*, handover: Handover, by: AnyUser) -> Handover:
    """Withdraw an offer; raises `Conflict` if it is closed."""
    with lifecycle.transition(
        transitions.WITHDRAW_HANDOVER, extension=handover.extension, by=by
    ) as pending:
        locked = _lock_open(handover, pending.extension)
        _close(locked, Handover.State.WITHDRAWN)
    return locked


def _lock_open(handover: Handover, extension: Extension) -> Handover:
    """Return the current offer; the lock on its extension protects it."""
    current = extension.handovers.select_related("offered_to").filter(pk=handover.pk).first()
    if current is None or not current.is_open:
        raise Conflict.of("handover.closed", extension=extension.name)
    return current


def _require_recipient(handover: Handover, user: User | None) -> None:
    if user is None or handover.offered_to_id != user.pk:
        raise Refused.of("handover.not-recipient", extension=handover.extension.name)


def _close(handover: Handover, state: Handover.State) -> None:
    settle(offer_subject(handover).key)
    handover.state = state
    handover.closed_at = timezone.now()
    handover.save()
