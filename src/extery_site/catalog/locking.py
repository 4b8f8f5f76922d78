"""Locks on extensions and versions, which every change takes first. Requires a transaction.

The extension is locked before its versions: with a fixed order no two transactions deadlock.
"""

from __future__ import annotations

from extery.core.errors import Conflict, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_moderate, require_user
from extery_site.catalog.models import EDITABLE, Extension, Version
from extery_site.catalog.transitions import Role


def lock_extension(extension: Extension) -> Extension:
    """Return the current extension, locked until the transaction ends.

    Raises `NotFound` if it was deleted in the meantime.
    """
    locked = Extension.objects.select_for_update().filter(pk=extension.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="deleted", name=extension.name)
    return locked


def lock_owned_extension(extension: Extension, by: AnyUser) -> Extension:
    """Return the current extension, locked, for a change of its content.

    Raises `Refused` unless ``by`` owns it, and `Conflict` if it is deleted.
    """
    user = require_user(by)
    extension = lock_extension(extension)
    require_owner(extension, user)
    require_not_deleted(extension)
    return extension


def require_owner(extension: Extension, user: User | None, *, or_moderator: bool = False) -> None:
    """Raise `Refused` unless ``user`` owns the extension, or is a moderator and those may, too."""
    if user is not None and extension.owner_id == user.pk:
        return
    if not (or_moderator and may_moderate(user)):
        raise Refused.of("permission.owner-only", extension=extension.name)


def lock_extension_of(version: Version) -> Extension:
    """Return the current extension of a version, locked, for a moderator or the site.

    Raises `Conflict` if it was deleted in the meantime.
    """
    extension = Extension.objects.select_for_update().filter(pk=version.extension_id).first()
    if extension is None:
        raise _discarded(version, Role.MODERATOR)
    return extension


def lock_version(version: Version, extension: Extension, role: Role) -> Version:
    """Return the current version, locked; raises `Conflict` if it was discarded in the meantime."""
    locked = extension.versions.select_for_update().filter(pk=version.pk).first()
    if locked is None:
        raise _discarded(version, role)
    locked.extension = extension
    return locked


def lock_editable_version(version: Version, extension: Extension) -> Version:
    """Return the current version, locked; raises `Conflict` unless its owner may edit it."""
    version = lock_version(version, extension, Role.OWNER)
    if version.status not in EDITABLE:
        raise wrong_status(version, Role.OWNER)
    return version


def require_not_blocked(extension: Extension, role: Role = Role.OWNER) -> None:
    """Raise `Refused` for owners, `Conflict` for others if the extension is blocked."""
    if not extension.is_blocked:
        return
    if role is not Role.OWNER:
        raise Conflict.of("review.wrong-status", variant="blocked", extension=extension.name)
    raise Refused.of(
        "upload.extension-blocked", extension=extension.name, reason=extension.block_reason
    )


def require_not_deleted(extension: Extension) -> None:
    """Raise `Conflict` if the extension is deleted."""
    if extension.is_deleted:
        raise wrong_extension_status(extension)


def wrong_extension_status(extension: Extension) -> Conflict:
    """Return the error for an extension whose status does not allow the action."""
    variant = extension.status if extension.is_deleted or extension.is_blocked else ""
    return Conflict.of(
        "manage.wrong-status",
        variant=variant,
        extension=extension.name,
        status=extension.get_status_display(),
    )


def wrong_status(version: Version, role: Role, *, variant: str = "") -> Conflict:
    """Return the error for a version whose status does not allow the action.

    ``variant`` is ``other`` for actions of moderators on versions that are not in review.
    """
    return Conflict.of(
        "submit.wrong-status" if role is Role.OWNER else "review.wrong-status",
        variant="" if role is Role.OWNER else variant,
        extension=version.extension.name,
        version=version.number,
        status=version.get_status_display(),
    )


def _discarded(version: Version, role: Role) -> Conflict:
    if role is not Role.OWNER:
        return Conflict.of("review.version-discarded", version=version.number)
    return Conflict.of("submit.wrong-status", variant="discarded", version=version.number)
