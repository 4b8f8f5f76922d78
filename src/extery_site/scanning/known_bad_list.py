"""The list of known-bad files: SHA-256 of packages and of files in packages that moderators do not let in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Any

from django.db import transaction

from extery.core.errors import Conflict, InvalidInput, NotFound, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.models import Package
from extery_site.catalog.text_limits import clean_text
from extery_site.files.models import StoredFile
from extery_site.scanning.known_bad import BATCH, batches, find_texts, find_wheels, known_bad_among
from extery_site.scanning.models import FileCheck, KnownBadFile
from extery_site.scanning.states import is_infected
from extery_site.scanning.tasks import quarantine_known_bad
from extery_site.ui.short_text import check_short_text

MAX_REASON = 300
#: Hashes that are added together, and all hashes of a site.
MAX_ADDED, MAX_KNOWN = 10_000, 200_000
#: A file in packages of more extensions than this is added only if the moderator says so: it may be a licence text.
MAX_EXTENSIONS = 5
PAGE = "/known-bad-files/"
_HASH = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})(?:\s.*|,.*|;.*)?")
_EMPTY = hashlib.sha256(b"").hexdigest()


def read_hashes(text: str) -> list[str]:
    """Return the hashes of lines such as those of ``sha256sum``, each once; ``#`` begins a comment.

    Raises `InvalidInput` for a line without one, and for more than `MAX_ADDED`.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        match = _HASH.fullmatch(line)
        if match is None:
            where = Where(path=("hashes",), line=number)
            raise InvalidInput.of("scan.bad-hash", where=where, number=number, text=line[:80])
        if match[1].lower() == _EMPTY:
            where = Where(path=("hashes",), line=number)
            raise InvalidInput.of("scan.bad-hash", variant="empty", where=where, number=number)
        found[match[1].lower()] = None
        if len(found) > MAX_ADDED:
            raise InvalidInput.of(
                "scan.too-many-hashes", where=Where(path=("hashes",)), limit=MAX_ADDED
            )
    if not found:
        raise InvalidInput.of("scan.bad-hash", where=Where(path=("hashes",)), variant="none")
    return list(found)


@transaction.atomic
def add_known_bad(*, hashes: str, reason: str, by: AnyUser, confirm: bool = False) -> list[str]:
    """Add the hashes of a text, and put packages with them into quarantine, in a task; return those that are new.

    Raises `Conflict` for a file in packages of many extensions, unless ``confirm`` is set.
    """
    user = require_moderator(by)
    return store_known_bad(hashes=hashes, reason=reason, by=user, confirm=confirm)


@transaction.atomic
def store_known_bad(
    *, hashes: str, reason: str, by: User | None, confirm: bool = False
) -> list[str]:
    """Add hashes as `add_known_bad` does; ``by`` is ``None`` for the administrator of the machine."""
    wanted = read_hashes(hashes)
    reason = " ".join(clean_text(reason, field="reason", max_length=MAX_REASON).split())
    if not reason:
        raise InvalidInput.of("scan.hash-reason-missing", where=Where(path=("reason",)))
    check_short_text(reason, field="reason")
    known = {one for batch in batches(wanted) for one in known_bad_among(batch)}
    new = [sha256 for sha256 in wanted if sha256 not in known]
    if KnownBadFile.objects.count() + len(new) > MAX_KNOWN:
        where = Where(path=("hashes",))
        raise Conflict.of("scan.too-many-hashes", where=where, variant="site", limit=MAX_KNOWN)
    if not confirm:
        _require_rare(new)
    rows = [KnownBadFile(sha256=sha256, reason=reason, by=by) for sha256 in new]
    KnownBadFile.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    if new:
        _record(Action.KNOWN_BAD_ADDED, by, new, reason)
        for batch in batches(new):
            quarantine_known_bad.enqueue(batch)
    return new


@transaction.atomic
def remove_known_bad(*, sha256: str, by: AnyUser) -> None:
    """Let files with a hash in again. Packages in quarantine stay there until a moderator releases them."""
    user = require_moderator(by)
    row = KnownBadFile.objects.select_for_update().filter(pk=sha256).first()
    if row is None:
        raise NotFound.of("request.not-found", variant="deleted", name=sha256[:12])
    row.delete()
    _forget_rejection(sha256)
    _record(Action.KNOWN_BAD_REMOVED, user, [sha256], row.reason)


def _forget_rejection(sha256: str) -> None:
    """Forget that a package that exists no more was rejected, unless a scanner has found malware in it."""
    found = FileCheck.objects.select_for_update().filter(pk=sha256, state=FileCheck.State.REJECTED)
    for check in found:
        is_there = StoredFile.objects.filter(pk=sha256, quarantined_at__isnull=False).exists()
        results = check.steps.all()
        if not is_there and not any(is_infected(one, check.accepted_signatures) for one in results):
            check.delete()


def _require_rare(hashes: Collection[str]) -> None:
    """Raise `Conflict` for a file in packages of more than `MAX_EXTENSIONS`."""
    extensions: dict[str, set[int]] = {}
    for batch in batches(list(hashes)):
        found = [one for one in (*find_texts(batch), *find_wheels(batch)) if one.path]
        owners = _extensions_of({one.package for one in found})
        for one in found:
            extensions.setdefault(one.sha256, set()).update(owners.get(one.package, ()))
    for sha256, those in extensions.items():
        if len(those) > MAX_EXTENSIONS:
            raise Conflict.of(
                "scan.common-file",
                where=Where(path=("hashes",)),
                sha256=f"{sha256[:12]}…",
                number=len(those),
            )


def _extensions_of(packages: Collection[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for batch in batches(list(packages)):
        rows = Package.objects.filter(sha256__in=batch)
        for sha256, extension in rows.values_list("sha256", "version__extension_id"):
            found.setdefault(sha256, set()).add(extension)
    return found


def _record(action: Action, by: User | None, hashes: list[str], reason: str) -> None:
    subject = hashes[0] if len(hashes) == 1 else f"{len(hashes)} hashes, the first {hashes[0]}"
    details: dict[str, Any] = {"hashes": hashes[:100], "number": len(hashes)}
    write_entry(action, by=by, subject=subject, path=PAGE, text=reason, details=details)
