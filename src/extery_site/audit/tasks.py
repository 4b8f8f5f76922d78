"""Periodic clean-up of the audit log."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from extery_site.audit.models import AuditEntry
from extery_site.project.tasks import periodic, task


@periodic(every=timedelta(days=1))
@task()
def delete_old_sign_ins() -> int:
    """Delete sign-ins after ``EXTERY_SIGN_IN_LOG_LIFETIME``; return their number."""
    before = timezone.now() - settings.EXTERY_SIGN_IN_LOG_LIFETIME
    return AuditEntry.objects.delete_sign_ins(before=before)
