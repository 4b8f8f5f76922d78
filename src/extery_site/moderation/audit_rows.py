"""Writes what moderators and volunteers do beside events to the audit log."""

from __future__ import annotations

from typing import Any

from extery_site.accounts.models import User
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.models import Extension, Version


def record_action(
    action: Action,
    *,
    by: User,
    version: Version | None = None,
    extension: Extension | None = None,
    **values: Any,
) -> None:
    """Add a row about a version or an extension, in the transaction of the change; see `write_entry`."""
    about = extension or (version.extension if version is not None else None)
    values.setdefault("path", about.get_absolute_url() if about is not None else "")
    write_entry(action, by=by, extension=about, version=version.number if version else "", **values)
