"""The number of unread subjects, shown in the header."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from extery_site.accounts.permissions import is_active_user
from extery_site.notify import feed


def unread_notifications(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Return a function that the header calls for signed-in users only: other pages need no query."""

    def unread() -> int:
        user = getattr(request, "user", None)
        return feed.count_unread(user) if is_active_user(user) else 0

    return {"unread_notifications": unread}
