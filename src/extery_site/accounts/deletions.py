"""Records the deletion of accounts in the audit log, whatever deletes them."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from extery_site.accounts.models import User
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry


@receiver(post_delete, sender=User)
def record_deletion(instance: User, **_: Any) -> None:
    """Add a row, in the transaction of the deletion."""
    write_entry(Action.ACCOUNT_DELETED, by=instance.deleted_by, person=instance)
