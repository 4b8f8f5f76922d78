"""Editor's picks: moderators recommend extensions, each with a sentence that the start page quotes."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from extery.core.errors import InvalidInput, NotFound, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.models import EditorsPick, Extension
from extery_site.catalog.models.home import MAX_PICK_TEXT_LENGTH
from extery_site.catalog.text_limits import clean_text
from extery_site.ui.short_text import check_short_text

MAX_ID_LENGTH = 100


@transaction.atomic
def pick_extension(*, extension_id: str, by: AnyUser, text: str) -> EditorsPick:
    """Recommend a public extension, as the first one; another text for one that is picked already replaces its text."""
    moderator = require_moderator(by)
    text = check_short_text(
        clean_text(text, field="text", max_length=MAX_PICK_TEXT_LENGTH), field="text"
    )
    if not text:
        raise InvalidInput.of("pick.text-missing", where=Where(path=("text",)))
    extension_id = clean_text(extension_id, field="extension", max_length=MAX_ID_LENGTH)
    found = Extension.objects.browsable().filter(newest_version__isnull=False)
    extension = found.with_id(extension_id).first()
    if extension is None:
        raise InvalidInput.of("pick.not-public", where=Where(path=("extension",)), id=extension_id)
    pick, _ = EditorsPick.objects.update_or_create(
        extension=extension,
        defaults={"text": text, "by": moderator, "created_at": timezone.now()},
    )
    _record(Action.PICKED, pick, moderator)
    return pick


@transaction.atomic
def remove_pick(*, pick: EditorsPick, by: AnyUser) -> None:
    """End the recommendation of an extension; raises `NotFound` if another moderator did it before."""
    moderator = require_moderator(by)
    number, _ = EditorsPick.objects.filter(pk=pick.pk).delete()
    if not number:
        raise NotFound.of("request.not-found", variant="deleted", name=pick.extension.name)
    _record(Action.PICK_REMOVED, pick, moderator)


def _record(action: Action, pick: EditorsPick, by: User) -> None:
    path = reverse("catalog:picks")
    write_entry(action, by=by, extension=pick.extension, path=path, text=pick.text)
