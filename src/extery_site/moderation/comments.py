"""Comments in review threads."""

from __future__ import annotations

from django.db import transaction

from extery.core.errors import InvalidInput, NotFound, Where
from extery_site.accounts.permissions import AnyUser, may_moderate, require_user
from extery_site.catalog.lifecycle import record
from extery_site.catalog.locking import lock_extension
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.moderation.queues import can_view_thread
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota


@transaction.atomic
def comment(
    *,
    extension: Extension,
    by: AnyUser,
    text: str,
    version: Version | None = None,
    address: str | None = None,
) -> Event:
    """Add a comment to the review thread of an extension.

    Raises `NotFound` without a thread, and `Refused` if a quota of the user or of the client's
    ``address`` is exceeded.
    """
    author = require_user(by)
    extension = lock_extension(extension)
    if not can_view_thread(extension, author):
        raise NotFound.of("request.not-found", variant="thread", id=extension.extension_id)
    text = clean_text(text, field="text", max_length=MAX_REASON_LENGTH)
    if not text:
        raise InvalidInput.of("review.comment-empty", where=Where(path=("text",)))
    if not may_moderate(author):
        use_quota(QuotaKind.COMMENTS, account=author.pk, address=address)
    return record(extension, Event.Kind.COMMENT, by=author, version=version, text=text)
