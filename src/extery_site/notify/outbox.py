"""Sends the e-mails that `extery_site.notify.actions` wrote: each at least once.

A worker claims an e-mail for a limited time, sends it, and records that. A worker that is killed
in between leaves its claim to expire; another one sends the e-mail again, with the same
Message-ID, so that mail programs show it once. A mail server that fails delays all e-mails, and
one that refuses an e-mail or its recipient delays that one: nothing is given up.
"""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Q
from django.utils import timezone

from extery_site.accounts.confirmed_emails import confirmed_address
from extery_site.accounts.models import User
from extery_site.notify import mails
from extery_site.notify.models import MailJob, MailSettings
from extery_site.notify.preferences import sends_mail
from extery_site.notify.subscriptions import is_muted
from extery_site.project.tasks import RetryPolicy

logger = logging.getLogger(__name__)

#: Delays of e-mails while the mail server does not accept them.
RETRY = RetryPolicy(base_delay=timedelta(seconds=30), max_delay=timedelta(minutes=30))
#: Time after which an e-mail is sent again if its worker did not record that it was sent.
CLAIM = timedelta(minutes=5)
#: E-mails of one run of the task; the next ones have a run of their own.
MAX_PER_RUN = 200
#: Daily e-mails have at most so many notifications; the feed has all.
MAX_PER_DAILY_MAIL = 100


class ServerFailed(Exception):
    """The mail server cannot be reached or ended the connection: no e-mail can be sent now."""


def send_due_mails() -> int:
    """Send the e-mails that are due; return their number."""
    sent = 0
    with _connection() as connection:
        for _ in range(MAX_PER_RUN):
            jobs = _claim_next()
            if jobs is None:
                break
            try:
                sent += _deliver(jobs, connection)
            except ServerFailed as error:
                _delay_all(jobs, error.__cause__ or error)
                break
    return sent


def _due(now: datetime) -> Any:
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return MailJob.objects.filter(is_free, sent_at=None, due_at__lte=now)


def _claim_next() -> list[MailJob] | None:
    """Claim the next e-mail: a job, or all due ones of a user's daily e-mail; ``None`` if none is due."""
    now = timezone.now()
    first = _due(now).order_by("due_at", "pk").first()
    if first is None:
        return None
    jobs = _due(now).filter(pk=first.pk)
    if first.channel == MailJob.Channel.DAILY:
        jobs = _due(now).filter(user=first.user_id, channel=first.channel)
    claim = uuid.uuid4()
    # The condition is checked again for each row: of two workers one gets it.
    jobs.update(claim=claim, claimed_until=now + CLAIM)
    claimed = MailJob.objects.filter(claim=claim, sent_at=None)
    related = claimed.select_related("user", "notification__entry", "notification__by")
    return list(related.order_by("notification"))


def _deliver(jobs: list[MailJob], connection: Any) -> bool:
    """Send an e-mail, or drop it if its recipient does not want it any more."""
    wanted = [job for job in jobs if _is_wanted(job)]
    dropped = [job.pk for job in jobs if job not in wanted]
    if dropped:
        MailJob.objects.filter(pk__in=dropped).delete()
    if not wanted:
        return False
    user = wanted[0].user
    try:
        newest = wanted[-MAX_PER_DAILY_MAIL:]
        _send(mails.compose(newest, len(wanted), confirmed_address(user)), connection)
    except ServerFailed:
        raise
    except Exception as error:  # one e-mail must not hold up the others
        if not isinstance(error, smtplib.SMTPException):
            logger.exception("an e-mail could not be written")
        _delay(wanted, error)
        return False
    own = MailJob.objects.filter(pk__in=[job.pk for job in wanted], claim=wanted[0].claim)
    own.update(sent_at=timezone.now(), claimed_until=None, error="")
    MailSettings.objects.filter(user=user, refused_at__isnull=False).update(refused_at=None)
    return True


def _is_wanted(job: MailJob) -> bool:
    """Whether the user can still get the e-mail and has not muted its subject since."""
    if not (sends_mail() and job.user.is_active and confirmed_address(job.user)):
        return False
    kind = job.notification.definition
    if kind is not None and kind.required:
        return True
    return not is_muted(job.user, job.notification.entry.key)


def _send(message: EmailMessage, connection: Any) -> None:
    """Send a message; raises `ServerFailed`, or `SMTPException` if the server refuses this message."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise ServerFailed from error
    try:
        connection.send_messages([message])
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError) as error:
        raise ServerFailed from error
    except smtplib.SMTPException:
        raise
    except OSError as error:
        raise ServerFailed from error


@contextmanager
def _connection() -> Iterator[Any]:
    """Yield a connection that the first e-mail opens; all e-mails of a run share it."""
    connection = get_connection()
    try:
        yield connection
    finally:
        try:
            connection.close()
        except (OSError, smtplib.SMTPException):
            logger.info("the mail server ended the connection")


def _delay(jobs: list[MailJob], error: BaseException) -> None:
    """Try an e-mail again later; remember that the address of its user was refused."""
    attempts = max(job.attempts for job in jobs) + 1
    delay = RETRY.delay_after(attempts)
    MailJob.objects.filter(pk__in=[job.pk for job in jobs], claim=jobs[0].claim).update(
        attempts=attempts,
        due_at=timezone.now() + delay,
        claim=None,
        claimed_until=None,
        error=_text(error),
    )
    if isinstance(error, smtplib.SMTPRecipientsRefused) and _is_permanent(error):
        MailSettings.objects.update_or_create(
            user=jobs[0].user, defaults={"refused_at": timezone.now()}
        )
    logger.warning(
        "an e-mail was not accepted in attempt %d, again in %.0f s: %s",
        *(attempts, delay.total_seconds(), _text(error)),
    )


def _is_permanent(error: smtplib.SMTPRecipientsRefused) -> bool:
    return any(500 <= code < 600 for code, _ in error.recipients.values())


def _delay_all(jobs: list[MailJob], error: BaseException) -> None:
    """Try again later, with all e-mails that are due: the server accepts none of them now."""
    attempts = max(job.attempts for job in jobs) + 1
    delay = RETRY.delay_after(attempts)
    now = timezone.now()
    own = Q(pk__in=[job.pk for job in jobs], claim=jobs[0].claim)
    waiting = Q(pk__in=_due(now).values("pk"))
    number = MailJob.objects.filter(own | waiting, sent_at=None).update(
        attempts=F("attempts") + 1,
        due_at=now + delay,
        claim=None,
        claimed_until=None,
        error=_text(error),
    )
    logger.warning(
        "the mail server failed, %d e-mails are sent in %.0f s: %s",
        *(number, delay.total_seconds(), _text(error)),
    )


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def delete_sent_mails(before: datetime) -> int:
    """Delete the rows of e-mails that were sent before a time; return their number."""
    return MailJob.objects.filter(sent_at__lt=before).delete()[0]


def unsent_mails_of(user: User) -> int:
    """Return the number of e-mails to a user that were not sent yet."""
    return MailJob.objects.filter(user=user, sent_at=None).count()
