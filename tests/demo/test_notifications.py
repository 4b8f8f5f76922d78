"""The feeds of the demo's users: dated as their events, with something unread and something asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Max
from django.utils import timezone

from extery_demo import seed_site
from extery_site.accounts.models import User
from extery_site.catalog.models import Event
from extery_site.notify.models import FeedEntry, MailJob, Notification


@pytest.fixture
def _site_url(settings: Any) -> None:
    settings.EXTERY_SITE_URL = "http://localhost:8000"


@pytest.mark.usefixtures("_site_url", "fake_images")
def test_feeds_have_dates_unread_rows_and_no_e_mails(db: None) -> None:
    start = timezone.now()
    seed_site()
    times = set(Event.objects.values_list("created_at", flat=True))
    dated = Notification.objects.filter(created_at__in=times)
    assert dated.count() > Notification.objects.count() / 2
    # The others are about ratings, offers and reports, which are no events.
    assert not Notification.objects.filter(created_at__gte=start).exists()
    entries = FeedEntry.objects.annotate(newest=Max("notifications__created_at"))
    assert all(entry.last_at == entry.newest for entry in entries)
    assert not MailJob.objects.exists()
    week_ago = timezone.now() - timedelta(days=7)
    for username in ("demo", "moderator", "visitor"):
        feed = FeedEntry.objects.of_user(User.objects.get(username=username))
        assert feed.filter(last_at__lt=week_ago, is_unread=False).exists(), username
        assert not feed.unread().filter(last_at__lt=week_ago).exists()
    assert FeedEntry.objects.of_user(User.objects.get(username="demo")).asked().exists()
    assert FeedEntry.objects.of_user(User.objects.get(username="moderator")).unread().exists()
    followed = FeedEntry.objects.of_user(User.objects.get(username="visitor"))
    assert followed.filter(group="followed").count() >= 2
