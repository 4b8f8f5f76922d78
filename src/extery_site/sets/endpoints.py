"""API endpoints for sets: list, read, create, change, order, follow; for moderators, hide and show."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import P, QueryEx, Router, Schema

from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.endpoints import visible_extension
from extery_site.catalog.models import Extension
from extery_site.notify.actions import is_following
from extery_site.quotas.client_address import client_address
from extery_site.sets import actions, entries, following, hiding
from extery_site.sets.models import ExtensionSet
from extery_site.sets.queries import cards_with_keys, find_sets
from extery_site.sets.schemas import (
    EntryIn,
    Order,
    OrderIn,
    SetChangeIn,
    SetDetailsOut,
    SetIn,
    SetOut,
    SetsOut,
)

PAGE_SIZE = 50

router = Router(tags=["sets"])


class HideSetIn(Schema):
    """Why a moderator hides a set."""

    reason: str


@router.get("/sets/", response=SetsOut, auth=None)
def list_sets(
    request: HttpRequest,
    q: QueryEx[str, P(description="Words of the title, or the user name of the owner")] = "",
    sort: QueryEx[
        Order, P(description="Newest first, most followed first, or by title")
    ] = "newest",
    extension: QueryEx[str, P(description="Only sets that have the extension with this id")] = "",
    page: QueryEx[int, P(description="Number of the page, from 1 on; it has 50 sets", ge=1)] = 1,
) -> SetsOut:
    """Return public sets that are not empty."""
    wanted = visible_extension(extension[:200], request.user) if extension else None
    found = find_sets(text=q[:200], order=sort, extension=wanted)
    paginator = Paginator(found.values_list("pk", flat=True), PAGE_SIZE)
    shown = paginator.get_page(page)
    cards = cards_with_keys(list(shown))
    return SetsOut(
        sets=[SetOut(**SetOut.values(card.set, card.number, request)) for card in cards],
        page=shown.number,
        pages=paginator.num_pages,
        total=paginator.count,
    )


@router.get("/sets/mine/", response=list[SetOut], url_name="own_sets")
def list_own_sets(request: HttpRequest) -> list[SetOut]:
    """Return your own sets, by title, also those that no list has."""
    user = require_signed_in(request.user)
    cards = cards_with_keys(list(user.sets.by_title().values_list("pk", flat=True)))
    return [SetOut(**SetOut.values(card.set, card.number, request)) for card in cards]


@router.post("/sets/", response={201: SetDetailsOut})
def create(request: HttpRequest, body: SetIn) -> SetDetailsOut:
    """Create an empty set."""
    set_ = actions.create_set(
        by=request.user,
        title=body.title,
        description=body.description,
        visibility=ExtensionSet.Visibility(body.visibility),
        name=body.name,
        address=client_address(request),
    )
    return _details(request, set_)


@router.get("/sets/{owner}/{name}/", response=SetDetailsOut, auth=OPTIONAL_AUTH)
def read(request: HttpRequest, owner: str, name: str) -> SetDetailsOut:
    """Return a set with its extensions in their order."""
    return _details(request, actions.find_set(owner, name, request.user))


@router.patch("/sets/{owner}/{name}/", response=SetDetailsOut)
def change(request: HttpRequest, owner: str, name: str, body: SetChangeIn) -> SetDetailsOut:
    """Change the title, the description or the visibility of your set; its address stays."""
    visibility = body.visibility
    set_ = actions.change_set(
        set_=actions.find_set(owner, name, request.user),
        by=request.user,
        title=body.title,
        description=body.description,
        visibility=ExtensionSet.Visibility(visibility) if visibility else None,
        address=client_address(request),
    )
    return _details(request, set_)


@router.delete("/sets/{owner}/{name}/", response={204: None})
def delete(request: HttpRequest, owner: str, name: str) -> None:
    """Delete your set; Blenders that have subscribed to it get an error from then on."""
    actions.delete_set(set_=actions.find_set(owner, name, request.user), by=request.user)


@router.put("/sets/{owner}/{name}/extensions/{extension_id}/", response=SetDetailsOut)
def put_extension(
    request: HttpRequest, owner: str, name: str, extension_id: str, body: EntryIn
) -> SetDetailsOut:
    """Add an extension at the end of your set, or change its note and version if it is there already."""
    set_ = actions.find_set(owner, name, request.user)
    address = client_address(request)
    if set_.entries.filter(extension__in=Extension.objects.with_id(extension_id)).exists():
        entries.change_entry(
            set_=set_,
            by=request.user,
            extension_id=extension_id,
            note=body.note,
            version=body.version,
            address=address,
        )
    else:
        entries.add_extension(
            set_=set_,
            by=request.user,
            extension_id=extension_id,
            note=body.note or "",
            version=body.version or "",
            address=address,
        )
    return _details(request, set_)


@router.delete("/sets/{owner}/{name}/extensions/{extension_id}/", response=SetDetailsOut)
def remove_extension(
    request: HttpRequest, owner: str, name: str, extension_id: str
) -> SetDetailsOut:
    """Remove an extension from your set, if it is there."""
    set_ = actions.find_set(owner, name, request.user)
    entries.remove_extension(set_=set_, by=request.user, extension_id=extension_id)
    return _details(request, set_)


@router.put("/sets/{owner}/{name}/order/", response=SetDetailsOut)
def order(request: HttpRequest, owner: str, name: str, body: OrderIn) -> SetDetailsOut:
    """Give all extensions of your set a new order."""
    set_ = actions.find_set(owner, name, request.user)
    entries.order_extensions(
        set_=set_, by=request.user, extension_ids=body.extensions, revision=body.revision
    )
    return _details(request, set_)


@router.put("/sets/{owner}/{name}/follow/", response=SetDetailsOut)
def follow(request: HttpRequest, owner: str, name: str) -> SetDetailsOut:
    """Follow a set: you are notified of new extensions in it."""
    set_ = actions.find_set(owner, name, request.user)
    following.follow_set(set_=set_, by=request.user)
    return _details(request, set_)


@router.delete("/sets/{owner}/{name}/follow/", response=SetDetailsOut)
def unfollow(request: HttpRequest, owner: str, name: str) -> SetDetailsOut:
    """Stop following a set."""
    set_ = actions.find_set(owner, name, request.user)
    following.unfollow_set(set_=set_, by=request.user)
    return _details(request, set_)


@router.post("/sets/{owner}/{name}/hide", response=SetDetailsOut)
def hide(request: HttpRequest, owner: str, name: str, body: HideSetIn) -> SetDetailsOut:
    """Hide a set as a moderator: only its owner and moderators see it, and its listing is not found."""
    set_ = actions.find_set(owner, name, request.user)
    return _details(request, hiding.hide_set(set_=set_, by=request.user, reason=body.reason))


@router.post("/sets/{owner}/{name}/show", response=SetDetailsOut)
def show(request: HttpRequest, owner: str, name: str) -> SetDetailsOut:
    """Show a hidden set again as a moderator."""
    set_ = actions.find_set(owner, name, request.user)
    return _details(request, hiding.show_set(set_=set_, by=request.user))


def _details(request: HttpRequest, set_: ExtensionSet) -> SetDetailsOut:
    """Return the current set: everyone reads of what everyone sees, its owner of what the owner sees."""
    current = ExtensionSet.objects.select_related("owner").get(pk=set_.pk)
    seen = current.entries.seen()
    number = seen.count()
    if current.is_owned_by(request.user):
        visible = Extension.objects.visible_to(request.user)
        seen = current.entries.filter(extension__in=visible)
    rows = seen.in_order().select_related("extension")
    is_follower = is_following(request.user, current.key)
    return SetDetailsOut.of(current, list(rows), request, number=number, following=is_follower)
