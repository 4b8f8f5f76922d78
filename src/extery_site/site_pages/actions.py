"""Writes a new version of a page, as a superuser."""

from __future__ import annotations

from django.db import transaction

from extery.core.errors import Conflict, InvalidInput, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.text_limits import clean_text
from extery_site.project.database import lock_transaction
from extery_site.site_pages.models import MAX_NOTE, MAX_TEXT, PageVersion
from extery_site.site_pages.pages import Page, current_text
from extery_site.ui.short_text import check_short_text


def may_edit(user: AnyUser | None) -> bool:
    """Whether a user may write the pages: they are the operator's word, not that of each moderator."""
    return user is not None and user.is_authenticated and user.is_active and user.is_superuser


def require_editor(user: AnyUser | None) -> User:
    """Return the superuser; raises `Refused` for every other user."""
    signed_in = require_user(user)
    if not signed_in.is_superuser:
        raise Refused.of("permission.administrator-only")
    return signed_in


@transaction.atomic
def save_page(*, page: Page, text: str, note: str, base: int, by: AnyUser) -> PageVersion:
    """Add a version of a page, which is shown from now on.

    ``base`` is the number of the version that was edited: raises `Conflict` if there is a newer one, and
    `InvalidInput` if the text is the same.
    """
    editor = require_editor(by)
    text = clean_text(text, field="text", max_length=MAX_TEXT)
    note = " ".join(clean_text(note, field="note", max_length=MAX_NOTE).split())
    check_short_text(note, field="note")
    if not text or not note:
        field = "text" if not text else "note"
        raise InvalidInput.of("site-page.empty", where=Where(path=(field,)), variant=field)
    lock_transaction(f"page-{page.name}")
    current = current_text(page)
    if current.number != base:
        raise Conflict.of(
            "site-page.changed", where=Where(path=("text",)), page=page.title, number=current.number
        )
    if current.text.strip() == text.strip():
        raise InvalidInput.of("site-page.unchanged", where=Where(path=("text",)), page=page.title)
    row = PageVersion.objects.create(
        page=page.name, number=current.number + 1, text=text, note=note, by=editor
    )
    write_entry(
        Action.PAGE_WRITTEN,
        by=editor,
        subject=f"{page.title}, version {row.number}",
        path=f"/{page.name}/versions/{row.number}/",
        text=note,
    )
    return row
