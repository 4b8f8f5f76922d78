"""Release a package from quarantine: a moderator found that it is no malware, and decides about its version then."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Where
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.catalog import lifecycle
from extery_site.catalog.models import Event, Extension, Package
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.files.models import StoredFile
from extery_site.scanning.known_bad import is_listed
from extery_site.scanning.models import FileCheck
from extery_site.scanning.pipeline import KNOWN_BAD, finish
from extery_site.scanning.quarantine import lock_extension_of_package


@transaction.atomic
def release_package(*, package: Package, by: AnyUser, reason: str) -> FileCheck:
    """Release a package from quarantine: what was found is a false alarm.

    Its signature is accepted for this file from now on. The version stays as it is: a moderator unblocks or
    approves it. Raises `Refused` for users who are not moderators, and for their own work.
    """
    user = require_moderator(by)
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    if not reason:
        raise InvalidInput.of("review.reason-missing", where=Where(path=("reason",)))
    lock_extension_of_package(package)
    extension: Extension = package.version.extension
    require_work_of_others(user, extension, package.version)
    file = StoredFile.objects.select_for_update().get(pk=package.file_id)
    found = FileCheck.objects.select_for_update().filter(pk=package.sha256).first()
    if found is None:
        raise NotFound.of("request.not-found", variant="check")
    if file.quarantined_at is None:
        raise Conflict.of("scan.not-quarantined", package=package.original_name)
    file.quarantined_at = None
    file.save(update_fields=["quarantined_at"])
    signatures = {name for result in found.steps.all() for name in result.signatures}
    signatures -= {""}
    if not signatures or is_listed(package.sha256):
        # The list of known-bad files has stopped it, and does not stop it again. Otherwise it may still do so later.
        signatures.add(KNOWN_BAD)
    found.accepted_signatures = sorted({*found.accepted_signatures, *signatures})
    found.due_at = timezone.now()
    found.save()
    lifecycle.record(
        extension,
        Event.Kind.RELEASED_FROM_QUARANTINE,
        by=user,
        version=package.version,
        text=reason,
        packages=[package.sha256],
    )
    return finish(package.sha256)
