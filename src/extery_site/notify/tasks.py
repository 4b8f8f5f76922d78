"""Background tasks: e-mails about notifications, and clean-up of old ones."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from extery_site.notify import cleanup, outbox
from extery_site.project.tasks import periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE

#: Keeps the rows of sent e-mails for administrators.
KEEP_SENT = timedelta(days=7)


# Not atomic: no transaction is open while a mail server answers. Every minute, because a server
# that failed is tried again, and the claims of workers that were killed expire.
@periodic(every=timedelta(minutes=1))
@task(atomic=False, queue_name=SLOW_QUEUE, priority=10)
def send_mails() -> int:
    """Send the e-mails that are due; return their number."""
    sent = outbox.send_due_mails()
    if sent >= outbox.MAX_PER_RUN:
        send_mails.enqueue()
    return sent


@periodic(every=timedelta(days=1))
@task()
def delete_old_notifications() -> int:
    """Delete old notifications that were read; return their number."""
    outbox.delete_sent_mails(timezone.now() - KEEP_SENT)
    return cleanup.delete_old(timezone.now() - settings.EXTERY_NOTIFICATION_LIFETIME)
