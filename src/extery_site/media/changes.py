"""What every change of a gallery does first and last: lock, check, count and record it."""

from __future__ import annotations

from collections.abc import Mapping

from extery.core.errors import NotFound
from extery_site.accounts.permissions import AnyUser
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog import locking
from extery_site.catalog.models import Extension
from extery_site.catalog.text_limits import MAX_ALT_TEXT_LENGTH, clean_text
from extery_site.catalog.trust import trust_of
from extery_site.media.gallery import Shown
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.ui.short_text import check_short_text


def lock_for_change(extension: Extension, by: AnyUser) -> Extension:
    """Return the current extension, locked; raises `Refused` for others than its owner, and if it is blocked."""
    extension = locking.lock_owned_extension(extension, by)
    locking.require_not_blocked(extension)
    return extension


def find_shown(extension: Extension, gallery: Mapping[int, Shown], pk: int) -> Shown:
    """Return an item by the key of its image; raises `NotFound`."""
    if pk not in gallery:
        raise NotFound.of("media.not-found", name=extension.name, item=pk)
    return gallery[pk]


def clean_alt_text(text: str, *, field: str = "alt_text") -> str:
    """Return a valid alt text in one line; raises `InvalidInput` for a long one or invisible characters."""
    text = clean_text(text, field=field, max_length=MAX_ALT_TEXT_LENGTH)
    return check_short_text(" ".join(text.split()), field=field)


def record_change(extension: Extension, by: AnyUser, change: str, text: str) -> None:
    """Write a row of the audit log if everyone sees the change."""
    if extension.is_public:
        write_entry(
            Action.MEDIA_CHANGED,
            by=by,
            extension=extension,
            subject=change,
            path=extension.get_absolute_url(),
            text=text,
        )


def use_upload(extension: Extension, address: str | None) -> None:
    """Count an upload of the owner and of a client's address; raises `Refused` if a quota is exceeded."""
    if address is not None:
        owner = extension.owner_id
        growth = trust_of(owner).growth
        use_quota(QuotaKind.UPLOADS, account=owner, address=address, growth=growth)
