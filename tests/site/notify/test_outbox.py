"""E-mails about notifications, over real SMTP: delivered at least once, whatever fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.notify import actions, mails, outbox, preferences
from extery_site.notify.actions import Subject, notify
from extery_site.notify.models import MailJob, MailSettings
from extery_site.notify.tasks import send_mails
from extery_site.project.tasks.models import StoredTask
from tests.parts import free_port
from tests.site import factories
from tests.site.notify.mail_server import (
    MailServer,
    running_mail_server,
    use_mail_server,
)
from tests.site.races import run_simultaneously

REVIEW = Subject("review gear_tool 1.1.0", "Gear Tool 1.1.0", "/queue/gear_tool/1.1.0/")
OTHER = Subject("extension gear_tool", "Gear Tool", "/extensions/gear_tool/")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site_url(settings: Any) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with running_mail_server(settings) as running:
        yield running


def make_due() -> None:
    MailJob.objects.filter(sent_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


def test_an_email_is_sent_once_and_its_task_is_in_the_transaction(
    owner: User, moderator: User, server: MailServer
) -> None:
    notify("changes_requested", to=[owner], subject=REVIEW, by=moderator, text="Add a licence.")
    assert StoredTask.objects.filter(task_path=send_mails.module_path).count() == 1
    assert outbox.send_due_mails() == 1
    assert outbox.send_due_mails() == 0
    [message] = server.messages
    assert server.recipients == ["ada@example.org"]
    assert message["Subject"] == "Gear Tool 1.1.0 in review"
    assert str(message["From"]) == "mod via Extery <extery@localhost>"
    assert "> Add a licence." in message.get_body(("plain",)).get_content()


def test_a_mail_server_that_is_down_delays_all_emails_and_loses_none(
    owner: User, stranger: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    use_mail_server(settings, port)
    notify("changes_requested", to=[owner, stranger], subject=REVIEW)
    for attempt in (1, 2, 3):
        assert outbox.send_due_mails() == 0
        assert {job.attempts for job in MailJob.objects.all()} == {attempt}
        assert min(job.due_at for job in MailJob.objects.all()) > timezone.now()
        # Nothing is due until the delay is over.
        assert outbox.send_due_mails() == 0
        make_due()
    assert "the mail server failed, 2 e-mails are sent in" in caplog.text
    with running_mail_server(settings, port) as server:
        assert outbox.send_due_mails() == 2
    assert sorted(server.recipients) == ["ada@example.org", "eve@example.org"]
    assert not MailJob.objects.filter(sent_at=None).exists()


def test_one_refused_recipient_does_not_hold_up_the_others(
    owner: User, stranger: User, server: MailServer
) -> None:
    notify("changes_requested", to=[owner, stranger], subject=REVIEW)
    server.refuse_recipients = ["550 5.1.1 no such user"]
    assert outbox.send_due_mails() == 1
    assert server.recipients == ["eve@example.org"]
    assert MailSettings.objects.get().user == owner
    assert "no such user" in MailJob.objects.get(sent_at=None).error
    make_due()
    assert outbox.send_due_mails() == 1
    assert MailSettings.objects.get().refused_at is None
    assert server.recipients == ["eve@example.org", "ada@example.org"]


@pytest.mark.parametrize("answer", ["451 try again", "554 looks like spam", "421 too many"])
def test_a_refused_message_is_sent_again_later(
    owner: User, server: MailServer, answer: str
) -> None:
    notify("changes_requested", to=[owner], subject=REVIEW)
    server.refuse_data = [answer]
    assert outbox.send_due_mails() == 0
    assert not MailSettings.objects.exists()
    make_due()
    assert outbox.send_due_mails() == 1
    assert len(server.messages) == 1


def test_a_worker_that_is_killed_after_sending_sends_the_same_message_again(
    owner: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify("changes_requested", to=[owner], subject=REVIEW)

    class Killed(BaseException):
        pass

    send = outbox._send

    def send_and_die(*arguments: Any) -> None:
        send(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_send", send_and_die)
        with pytest.raises(Killed):
            outbox.send_due_mails()
    # Another worker does not send it while the claim holds.
    assert outbox.send_due_mails() == 0
    MailJob.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert outbox.send_due_mails() == 1
    first, second = server.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert outbox.send_due_mails() == 0


def test_an_email_that_cannot_be_written_does_not_hold_up_the_others(
    owner: User, stranger: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify("changes_requested", to=[owner, stranger], subject=REVIEW)
    compose = mails.compose

    def fail_for_ada(jobs: Any, *arguments: Any) -> Any:
        if jobs[0].user == owner:
            raise ValueError("a bug")
        return compose(jobs, *arguments)

    monkeypatch.setattr(mails, "compose", fail_for_ada)
    assert outbox.send_due_mails() == 1
    assert server.recipients == ["eve@example.org"]
    assert MailJob.objects.get(sent_at=None).error == "ValueError: a bug"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_email_once(server: MailServer) -> None:
    users = [factories.make_user(f"user{number}") for number in range(6)]
    notify("changes_requested", to=users, subject=REVIEW)
    for user in users:
        notify("draft_expired", to=[user], subject=OTHER)
    make_due()

    results = run_simultaneously(outbox.send_due_mails, outbox.send_due_mails)

    assert sum(results) == 12
    assert sorted(server.recipients) == sorted(2 * [user.email for user in users])


def test_the_daily_email_has_what_is_asked_first(
    owner: User, moderator: User, server: MailServer
) -> None:
    chosen = {"changes_requested": preferences.Channels(True, False, True)}
    preferences.save_preferences(owner, chosen, paused=False, daily_hour=6)
    notify("changes_requested", to=[owner], subject=REVIEW, by=moderator, text="Add\n\na licence.")
    notify("draft_expired", to=[owner], subject=OTHER, about="Gear Tool 0.9.0")
    assert outbox.send_due_mails() == 0
    make_due()
    assert outbox.send_due_mails() == 1
    [message] = server.messages
    today = timezone.now()
    assert message["Subject"] == (
        f"Extery on {today.day} {today:%B}: 1 asked of you, 1 other notification"
    )
    text = message.get_body(("plain",)).get_content()
    assert text.index("Gear Tool 1.1.0: changes requested") < text.index("Gear Tool 0.9.0 was")
    assert "> Add a licence." in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not MailJob.objects.filter(sent_at=None).exists()


def test_no_email_goes_to_users_who_do_not_want_or_cannot_confirm_it(
    owner: User, stranger: User, moderator: User, server: MailServer
) -> None:
    from allauth.account.models import EmailAddress

    notify("changes_requested", to=[owner, stranger, moderator], subject=REVIEW)
    EmailAddress.objects.create(user=owner, email="ada@example.org", verified=False)
    actions.mute(stranger, REVIEW)
    User.objects.filter(pk=moderator.pk).update(is_active=False)
    assert outbox.send_due_mails() == 0
    assert server.messages == []
    assert not MailJob.objects.exists()


def test_a_run_sends_a_limited_number(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_PER_RUN", 2)
    users = [factories.make_user(f"user{number}") for number in range(3)]
    notify("changes_requested", to=users, subject=REVIEW)
    StoredTask.objects.all().delete()
    assert send_mails.call() == 2
    # The rest has a run of its own.
    assert StoredTask.objects.filter(task_path=send_mails.module_path).count() == 1
    assert send_mails.call() == 1
    assert len(server.messages) == 3
