"""Which notifications reach a user, and how: on the site, by e-mail at once, in the daily e-mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.notify.kind import NotificationKind
from extery_site.notify.kinds import KINDS
from extery_site.notify.models import MailJob, MailSettings, Preference


class Channels(NamedTuple):
    """The channels of one kind."""

    on_site: bool
    at_once: bool
    daily: bool

    @property
    def any(self) -> bool:
        return self.on_site or self.at_once or self.daily


def default_channels(kind: NotificationKind) -> Channels:
    """Return the channels of a new account."""
    if kind.required:
        return Channels(on_site=True, at_once=True, daily=False)
    return Channels(kind.on_site, kind.at_once, kind.daily)


def sends_mail() -> bool:
    """Whether the site sends e-mails about notifications: their links need EXTERY_SITE_URL."""
    return bool(settings.EXTERY_SITE_URL)


def channels_by_kind(user: User) -> dict[str, Channels]:
    """Return the channels of every kind for a user."""
    stored = {row.kind: _of_row(row) for row in Preference.objects.filter(user=user)}
    return {
        name: default_channels(kind) if kind.required else stored.get(name, default_channels(kind))
        for name, kind in KINDS.items()
    }


def channels_by_user(kind: NotificationKind, users: Collection[User]) -> dict[int, Channels]:
    """Return the channels of a kind for these users; of those who cannot get e-mail, only the site."""
    stored: dict[int, Channels] = {}
    if not kind.required:
        rows = Preference.objects.filter(kind=kind.name, user__in=users)
        stored = {row.user_id: _of_row(row) for row in rows}
    default = default_channels(kind)
    channels = {user.pk: stored.get(user.pk, default) for user in users}
    paused = _users_without_mail(users)
    return {
        pk: found._replace(at_once=False, daily=False) if pk in paused else _once(found)
        for pk, found in channels.items()
    }


def _once(channels: Channels) -> Channels:
    """With both e-mails, leave out the daily one."""
    return channels._replace(daily=channels.daily and not channels.at_once)


def _users_without_mail(users: Collection[User]) -> set[int]:
    if not sends_mail():
        return {user.pk for user in users}
    paused = MailSettings.objects.filter(user__in=users, paused_at__isnull=False)
    without_address = {user.pk for user in users if not user.email}
    return without_address | set(paused.values_list("user", flat=True))


def _of_row(row: Preference) -> Channels:
    return Channels(row.on_site, row.at_once, row.daily)


def mail_settings_of(user: User) -> MailSettings:
    """Return the e-mail settings of a user, unsaved if there are none."""
    return MailSettings.objects.filter(user=user).first() or MailSettings(user=user)


@transaction.atomic
def save_preferences(
    user: AnyUser, channels: Mapping[str, Channels], *, paused: bool, daily_hour: int
) -> None:
    """Store the channels of these kinds; unknown and required kinds are left out.

    Kinds with the channels of a new account have no row, so that a new default reaches them.
    """
    owner = require_user(user)
    for name, chosen in channels.items():
        kind = KINDS.get(name)
        if kind is None or kind.required:
            continue
        if chosen == default_channels(kind):
            Preference.objects.filter(user=owner, kind=name).delete()
        else:
            Preference.objects.update_or_create(user=owner, kind=name, defaults=chosen._asdict())
    if paused:
        pause_mail(owner)
    else:
        resume_mail(owner)
    _set_daily_hour(owner, daily_hour)


def _set_daily_hour(user: User, hour: int) -> None:
    stored = mail_settings_of(user)
    if stored.daily_hour == hour:
        return
    MailSettings.objects.update_or_create(user=user, defaults={"daily_hour": hour})
    waiting = MailJob.objects.filter(user=user, sent_at=None, channel=MailJob.Channel.DAILY)
    waiting.update(due_at=next_daily_mail(timezone.now(), hour))


def reset_preferences(user: AnyUser) -> None:
    """Give a user the channels of a new account; paused e-mail stays paused."""
    Preference.objects.filter(user=require_user(user)).delete()


@transaction.atomic
def pause_mail(user: AnyUser) -> None:
    """Send a user no e-mail about notifications; those that were not sent yet are dropped."""
    owner = require_user(user)
    row, _ = MailSettings.objects.get_or_create(user=owner)
    if row.paused_at is None:
        MailSettings.objects.filter(user=owner).update(paused_at=timezone.now())
        MailJob.objects.filter(user=owner, sent_at=None).delete()


def resume_mail(user: AnyUser) -> None:
    """Send e-mails again, about what happens from now on."""
    MailSettings.objects.filter(user=require_user(user)).update(paused_at=None)


@transaction.atomic
def stop_daily_mail(user: AnyUser) -> None:
    """Switch the daily e-mail off for all kinds."""
    owner = require_user(user)
    for name, channels in channels_by_kind(owner).items():
        if channels.daily and not KINDS[name].required:
            Preference.objects.update_or_create(
                user=owner, kind=name, defaults=channels._replace(daily=False)._asdict()
            )
    MailJob.objects.filter(user=owner, sent_at=None, channel=MailJob.Channel.DAILY).delete()


def next_daily_mail(now: datetime, hour: int) -> datetime:
    """Return the next time at which the daily e-mail of a user is due."""
    due = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return due if due > now else due + timedelta(days=1)
