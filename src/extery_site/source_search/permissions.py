"""Who may read searches and their results: moderators and volunteers. Only moderators search."""

from __future__ import annotations

from extery.core.errors import NotFound, Refused
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_triage, require_signed_in
from extery_site.source_search.models import Search


def require_staff(user: AnyUser | None) -> User:
    """Return the moderator or volunteer; raises `Refused` for other users."""
    signed_in = require_signed_in(user)
    if not may_triage(signed_in):
        raise Refused.of("permission.staff-only")
    return signed_in


def visible_search(pk: int, user: AnyUser | None) -> Search:
    """Return a search of the user, or one that is shared or watched; raises `Refused` and `NotFound`."""
    searches = Search.objects.visible_to(require_staff(user).pk).select_related("owner")
    search = searches.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if search is None:
        raise NotFound.of("request.not-found", variant="source-search", id=pk)
    return search
