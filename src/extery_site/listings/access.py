"""Who may download a package, and so may read what it contains."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from extery.core.errors import ExteryError, Refused
from extery_site.accounts.auth import user_of
from extery_site.accounts.permissions import is_active_user, may_moderate, may_triage
from extery_site.catalog.models import Package, Version
from extery_site.files import serving


def may_read(package: Package, request: HttpRequest) -> bool:
    """Whether the user of a request may download a package; it needs its file, version and extension."""
    try:
        check_allowed(package, request)
    except ExteryError:
        return False
    return True


def check_allowed(package: Package, request: HttpRequest) -> bool:
    """Return whether the package is public; raises `Refused` if this user may not download it."""
    version, extension = package.version, package.version.extension
    serving.require_not_quarantined(package.file, name=extension.name, version=version.number)
    is_hidden = extension.is_blocked or extension.is_deleted
    stopped_until = version.downloads_stopped_until
    is_stopped = stopped_until is not None and stopped_until > timezone.now()
    if version.is_public and not is_hidden and not is_stopped:
        return True  # whatever token a client sends
    user = user_of(request)
    if may_moderate(user):
        return False
    if extension.is_blocked:
        raise Refused.of("download.blocked", name=extension.name, reason=extension.block_reason)
    if version.is_blocked:
        raise Refused.of(
            "download.version-blocked",
            name=extension.name,
            version=version.number,
            reason=version.block_reason,
        )
    if is_active_user(user) and user.pk == extension.owner_id:
        return False
    if may_triage(user) and version.status != Version.Status.DRAFT:
        return False
    if is_stopped and version.is_public:
        raise Refused.of("download.stopped", name=extension.name, version=version.number)
    if version.status == Version.Status.UNPUBLISHED:
        raise Refused.of("download.unpublished", name=extension.name, version=version.number)
    raise Refused.of("download.not-public")
