"""API endpoints for what owners do with an extension: hide, deprecate, hand over, delete, restore."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from extery.core.errors import NotFound
from extery_site.accounts.permissions import require_user
from extery_site.catalog.endpoints import visible_extension
from extery_site.catalog.models import Extension, Handover
from extery_site.publish import deletion, handover, visibility
from extery_site.quotas.client_address import client_address

router = Router(tags=["managing"])


class WhyIn(Schema):
    """A reason, which everyone can read in the history of the extension."""

    reason: str = ""


class DeprecateIn(Schema):
    """Why an extension is deprecated, and the id of the extension to use instead."""

    note: str = ""
    replacement: str = ""


class ManagedOut(Schema):
    """The state of an extension for its owner.

    An extension that was never submitted has the status ``deleted`` and no ``deleted_at`` after it was deleted: its id
    is free again.
    """

    id: str
    status: str
    unlisted: bool
    deprecated: bool
    deprecation_note: str
    replacement: str | None
    delete_at: datetime | None
    deleted_at: datetime | None
    restorable_until: datetime | None

    @classmethod
    def of(cls, extension: Extension) -> ManagedOut:
        replacement = extension.replacement
        return cls(
            id=extension.extension_id,
            status=extension.status,
            unlisted=extension.is_unlisted,
            deprecated=extension.is_deprecated,
            deprecation_note=extension.deprecation_note,
            replacement=replacement.extension_id if replacement else None,
            delete_at=extension.delete_at,
            deleted_at=extension.deleted_at,
            restorable_until=extension.restorable_until,
        )


class OfferIn(Schema):
    """The name of the user to whom an extension is offered, and a message."""

    to: str
    text: str = ""


class MessageIn(Schema):
    """A message to the owner."""

    text: str = ""


class OfferOut(Schema):
    """An offer of an extension."""

    id: int
    extension: str
    offered_by: str
    offered_to: str
    text: str
    state: str
    created_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, offer: Handover) -> OfferOut:
        return cls(
            id=offer.pk,
            extension=offer.extension.extension_id,
            offered_by=offer.offered_by.username,
            offered_to=offer.offered_to.username,
            text=offer.text,
            state=offer.state,
            created_at=offer.created_at,
            closed_at=offer.closed_at,
        )


@router.post("/extensions/{extension_id}/unlist", response=ManagedOut)
def unlist(request: HttpRequest, extension_id: str, body: WhyIn) -> ManagedOut:
    """Leave a published extension out of pages and searches; Blender keeps updating it."""
    extension = visible_extension(extension_id, request.user)
    return ManagedOut.of(
        visibility.unlist(extension=extension, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/list", response=ManagedOut)
def list_again(request: HttpRequest, extension_id: str) -> ManagedOut:
    """Show an unlisted extension on pages and in searches again."""
    extension = visible_extension(extension_id, request.user)
    return ManagedOut.of(visibility.list_again(extension=extension, by=request.user))


@router.post("/extensions/{extension_id}/deprecate", response=ManagedOut)
def deprecate(request: HttpRequest, extension_id: str, body: DeprecateIn) -> ManagedOut:
    """Mark a published extension as no longer maintained."""
    extension = visible_extension(extension_id, request.user)
    return ManagedOut.of(
        visibility.deprecate(
            extension=extension, by=request.user, note=body.note, replacement=body.replacement
        )
    )


@router.post("/extensions/{extension_id}/undeprecate", response=ManagedOut)
def undeprecate(request: HttpRequest, extension_id: str) -> ManagedOut:
    """End the deprecation of an extension."""
    extension = visible_extension(extension_id, request.user)
    return ManagedOut.of(visibility.undeprecate(extension=extension, by=request.user))


@router.post("/extensions/{extension_id}/delete", response=ManagedOut)
def delete(request: HttpRequest, extension_id: str, body: WhyIn) -> ManagedOut:
    """Delete an extension, or plan it: a published one is deleted at ``delete_at``."""
    extension = visible_extension(extension_id, request.user)
    deleted = deletion.delete_extension(extension=extension, by=request.user, reason=body.reason)
    if deleted is not None:
        return ManagedOut.of(deleted)
    return ManagedOut.of(extension).model_copy(update={"status": Extension.Status.DELETED.value})


@router.post("/extensions/{extension_id}/cancel-deletion", response=ManagedOut)
def cancel_deletion(request: HttpRequest, extension_id: str) -> ManagedOut:
    """Keep an extension whose deletion is planned."""
    extension = visible_extension(extension_id, request.user)
    return ManagedOut.of(deletion.cancel_deletion(extension=extension, by=request.user))


@router.post("/extensions/{extension_id}/restore", response=ManagedOut)
def restore(request: HttpRequest, extension_id: str) -> ManagedOut:
    """Restore a deleted extension, as its owner or a moderator."""
    extension = visible_extension(extension_id, request.user)
    return ManagedOut.of(deletion.restore(extension=extension, by=request.user))


@router.get("/offers/", response=list[OfferOut])
def offers(request: HttpRequest) -> list[OfferOut]:
    """List the open offers to you, and those of your extensions."""
    return [OfferOut.of(offer) for offer in handover.open_offers_of(require_user(request.user))]


@router.post("/extensions/{extension_id}/offer", response={201: OfferOut})
def offer(request: HttpRequest, extension_id: str, body: OfferIn) -> OfferOut:
    """Offer an extension to another user, who becomes its owner by accepting."""
    extension = visible_extension(extension_id, request.user)
    made = handover.offer(
        extension=extension,
        by=request.user,
        to=body.to,
        text=body.text,
        address=client_address(request),
    )
    return OfferOut.of(made)


@router.post("/offers/{offer_id}/accept", response=ManagedOut)
def accept_offer(request: HttpRequest, offer_id: int) -> ManagedOut:
    """Become the owner of an extension that was offered to you."""
    return ManagedOut.of(handover.accept(handover=_offer(request, offer_id), by=request.user))


@router.post("/offers/{offer_id}/refuse", response=OfferOut)
def refuse_offer(request: HttpRequest, offer_id: int, body: MessageIn) -> OfferOut:
    """Refuse an offer."""
    offer = _offer(request, offer_id)
    return OfferOut.of(handover.refuse(handover=offer, by=request.user, text=body.text))


@router.post("/offers/{offer_id}/withdraw", response=OfferOut)
def withdraw_offer(request: HttpRequest, offer_id: int) -> OfferOut:
    """Withdraw an offer of your extension."""
    return OfferOut.of(handover.withdraw(handover=_offer(request, offer_id), by=request.user))


def _offer(request: HttpRequest, offer_id: int) -> Handover:
    """Return an offer to the user or of the user's extension; raises `NotFound` for others."""
    offer = handover.find_offer(require_user(request.user), offer_id)
    if offer is None:
        raise NotFound.of("request.not-found", variant="deleted", name="the offer")
    return offer
