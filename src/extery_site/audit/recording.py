"""Writes rows of the audit log, in the transaction of the change that they record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from extery_site.audit.models import MAX_TEXT_LENGTH, AuditEntry
from extery_site.project.origin import current_origin


def write_entry(
    action: str,
    *,
    by: Any | None,
    person: Any | None = None,
    extension: Any | None = None,
    version: str = "",
    subject: str = "",
    path: str = "",
    text: str = "",
    details: Mapping[str, Any] | None = None,
    source: str = "",
    withheld_from: Iterable[int | None] = (),
) -> AuditEntry:
    """Record an action; call it in the transaction of the change.

    ``by`` is ``None`` for the site itself; ``person`` is the other user concerned. ``source`` identifies
    the row that the entry describes: each has one entry. The users of ``withheld_from`` cannot read it.
    """
    actor, other = _name(by), _name(person)
    key, name = (extension.id_key, extension.name) if extension is not None else ("", "")
    return AuditEntry.objects.create(
        action=action,
        actor_id=by.pk if by else None,
        actor_name=actor,
        actor_role=role_of(by),
        origin=current_origin().value,
        person_id=person.pk if person else None,
        person_name=other,
        extension_key=key[:200],
        extension_name=name[:200],
        version_number=version[:100],
        subject=subject[:300],
        path=path[:300],
        text=text.strip()[:MAX_TEXT_LENGTH],
        details=dict(details or {}),
        source=source,
        withheld_from=withheld_key(withheld_from),
        names=search_names(actor, other, key, name, version, subject),
    )


def role_of(user: Any | None) -> str:
    """Return the highest role of a user; empty for the site itself."""
    if user is None:
        return ""
    roles = ("superuser", "moderator", "volunteer")
    return next((role for role in roles if getattr(user, f"is_{role}", False)), "user")


def withheld_key(users: Iterable[int | None]) -> str:
    """Return the value of `AuditEntry.withheld_from`: keys between blanks."""
    keys = sorted({pk for pk in users if pk is not None})
    return f" {' '.join(map(str, keys))} " if keys else ""


def search_names(*names: str) -> str:
    """Return the value of `AuditEntry.names`: the names in lower case."""
    return " ".join(dict.fromkeys(name for name in names if name)).lower()[:800]


def _name(user: Any | None) -> str:
    return user.username if user else ""
