"""Takes the next version of the queue: the first one by place that is free."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from extery.core.errors import Conflict
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.moderation import claims
from extery_site.moderation.models import Claim
from extery_site.moderation.queue_order import waiting_entries

#: How many versions are tried: others may claim them at the same time.
_MAX_TRIED = 20


def claim_next(*, by: AnyUser) -> Claim | None:
    """Claim the first free version by place; return ``None`` if there is none for ``by``."""
    moderator = require_moderator(by)
    entries = waiting_entries().exclude(
        Exists(Claim.objects.current().filter(version=OuterRef("pk")))
    )
    if not settings.EXTERY_OWN_DECISIONS:
        own = Q(version__extension__owner=moderator) | Q(version__created_by=moderator)
        entries = entries.exclude(own)
    for entry in entries.select_related("version__extension")[:_MAX_TRIED]:
        try:
            return claims.claim(version=entry.version, by=moderator)
        except Conflict:
            continue
    return None
