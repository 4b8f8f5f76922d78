"""Whether a moderator may decide about an extension: not about their own, unless the site allows it."""

from __future__ import annotations

from django.conf import settings

from extery.core.errors import Refused
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.models import Extension, Version


def may_decide(user: AnyUser, extension: Extension, version: Version | None = None) -> bool:
    """Whether a moderator may decide about the extension or version: it is not their own, or the site allows it."""
    if settings.EXTERY_OWN_DECISIONS:
        return True
    return user.pk not in authors_of(extension, version)


def authors_of(extension: Extension, version: Version | None = None) -> set[int]:
    """Return the keys of the users whose work it is: the owner, and who uploaded the version."""
    return {extension.owner_id, *([version.created_by_id] if version else [])}


def require_work_of_others(
    user: AnyUser, extension: Extension, version: Version | None = None
) -> None:
    """Raise `Refused` unless `may_decide`."""
    if not may_decide(user, extension, version):
        raise Refused.of("permission.own-work", extension=extension.name)
