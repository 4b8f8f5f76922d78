"""Clean-up of expired sessions and tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import ApiToken, User
from extery_site.accounts.tasks import delete_expired_sessions, delete_expired_tokens


def test_expired_sessions_are_deleted(
    owner: User, signed_in: Callable[[User], Client], run_tasks: Callable[[], int]
) -> None:
    signed_in(owner)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    signed_in(owner)
    delete_expired_sessions.enqueue()
    run_tasks()
    assert Session.objects.get().expire_date > timezone.now()


def test_tokens_are_deleted_thirty_days_after_they_became_unusable(
    owner: User, run_tasks: Callable[[], int]
) -> None:
    def days_ago(days: int) -> object:
        return timezone.now() - timedelta(days=days)

    states = {
        "usable": {},
        "expired lately": {"expires_at": days_ago(29)},
        "expired": {"expires_at": days_ago(31)},
        "revoked lately": {"revoked_at": days_ago(29)},
        "revoked": {"revoked_at": days_ago(31), "expires_at": days_ago(-5)},
    }
    for name, changes in states.items():
        token, _ = create_token(user=owner, name=name)
        ApiToken.objects.filter(pk=token.pk).update(**changes)
    delete_expired_tokens.enqueue()
    run_tasks()
    left = set(ApiToken.objects.values_list("name", flat=True))
    assert left == {"usable", "expired lately", "revoked lately"}
