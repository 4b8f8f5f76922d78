"""Saved replies: fill in their placeholders, and find those that are left."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from extery.core.errors import Conflict, InvalidInput, Where
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.catalog.models import Version
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.moderation.audit_rows import record_action
from extery_site.moderation.models import SavedReply, Task
from extery_site.ui.short_text import check_short_text

#: The placeholders that a text can have, and what they stand for.
PLACEHOLDERS = {
    "author": "the name of the author",
    "extension": "the name of the extension",
    "version": "the number of the version",
    "host": "the network host of an asset library; otherwise you write it",
    "wheel": "the wheel, if there is one; otherwise you write it",
    "other": "another extension, which you write",
    "tasks": "the open tasks",
}
_PAGE = "/queue/-/saved-replies/"
_PLACEHOLDER = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")


def fill(text: str, version: Version, tasks: Sequence[Task]) -> str:
    """Return the text with the placeholders replaced whose value is known; the others stay in braces."""
    library = version.remote_library
    wheels = {wheel for package in version.packages.all() for wheel in package.wheels}
    values = {
        "author": version.extension.owner.display_name,
        "extension": version.extension.name,
        "version": version.number,
        "host": library.host if library else "",
        "wheel": next(iter(wheels)).rsplit("/", 1)[-1] if len(wheels) == 1 else "",
        "tasks": "\n".join(f"- {task.text}" for task in tasks if not task.is_done),
    }
    return _PLACEHOLDER.sub(lambda match: values.get(match[1]) or match[0], text)


def unfilled(text: str) -> list[str]:
    """Return the placeholders that a text still has, in order, each once."""
    return list(dict.fromkeys(match[0] for match in _PLACEHOLDER.finditer(text)))


def require_filled(text: str) -> str:
    """Return the text; raises `InvalidInput` if it has placeholders."""
    if left := unfilled(text):
        raise InvalidInput.of(
            "review.placeholder",
            where=Where(path=("reason",)),
            placeholders=", ".join(name.strip("{}") for name in left),
        )
    return text


def save_reply(
    *, by: AnyUser, title: str, text: str, reply: SavedReply | None = None
) -> SavedReply:
    """Store a new saved reply, or change ``reply``; raises `Conflict` for a title that exists."""
    user = require_moderator(by)
    title = " ".join(clean_text(title, field="title", max_length=100).split())
    check_short_text(title, field="title")
    text = clean_text(text, field="text", max_length=MAX_REASON_LENGTH)
    for field, value in (("title", title), ("text", text)):
        if not value:
            raise InvalidInput.of("review.reply-empty", where=Where(path=(field,)), field=field)
    row = reply or SavedReply()
    row.title, row.text, row.changed_by = title, text, user
    try:
        with transaction.atomic():
            row.save()
            record_action(Action.REPLY_SAVED, by=user, subject=title, path=_PAGE)
    except IntegrityError as error:
        raise Conflict.of(
            "review.reply-exists", where=Where(path=("title",)), title=title
        ) from error
    return row


def delete_reply(*, by: AnyUser, reply: SavedReply) -> None:
    """Delete a saved reply; deleting it again changes nothing."""
    user = require_moderator(by)
    with transaction.atomic():
        number, _ = SavedReply.objects.filter(pk=reply.pk).delete()
        if number:
            record_action(Action.REPLY_DELETED, by=user, subject=reply.title, path=_PAGE)
