"""Comments in the thread of an extension that is, or was, in the queue."""

from __future__ import annotations

from django.db import transaction

from extery.core.errors import InvalidInput, NotFound, Where
from extery_site.accounts.permissions import AnyUser, require_person
from extery_site.catalog.lifecycle import lock_extension, record
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.text_limits import MOST_IN_A_REASON, checked_text
from extery_site.moderation.queues import may_follow


@transaction.atomic
def comment(
    *, extension: Extension, by: AnyUser, text: str, version: Version | None = None
) -> Event:
    """Comment on an extension; visible to everyone who may read its thread."""
    person = require_person(by)
    extension = lock_extension(extension)
    if not may_follow(extension, person):
        raise NotFound.of("request.not-found", "there is no such extension in the queue")
    text = checked_text(text, field="text", most=MOST_IN_A_REASON)
    if not text:
        raise InvalidInput.of(
            "review.comment-empty",
            "the comment is empty",
            hint="write something, or leave it",
            where=Where(path=("text",)),
        )
    return record(extension, Event.Kind.COMMENT, by=person, version=version, text=text)
