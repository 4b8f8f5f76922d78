"""Brings extensions into the states of their plans by the site's actions, and dates what these have written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db.models import Max
from django.test.utils import override_settings
from django.utils import timezone

from extery_demo.fake.plans import random_of
from extery_demo.fake.rows import DRAFT_DAYS, Writer, Written
from extery_site.accounts.models import User
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import claims, comments, waiting
from extery_site.moderation import decisions as moderation
from extery_site.notify.models import FeedEntry, MailJob, Notification
from extery_site.publish import actions as publish
from extery_site.publish import visibility
from extery_site.reports import actions as reports
from extery_site.reports import handling
from extery_site.reports.models import Case, CaseEntry, Report

_REASONS = {
    "changes_requested": "Please say in the description what is written to disk, and where.",
    "on_hold": "Waiting for the answer of the people whose library is in the package.",
    "declined": "This does the same as the grease pencil tools that come with Blender. What is different?",
    "blocked": "Deletes files outside of the project folder. Do not use it until a new version is out.",
    "version_blocked": "This version writes into the scripts folder of Blender.",
}
_COMMENTS = (
    "I tried it on a heavy scene, and it stayed fluent.",
    "The label of the button is cut off in a narrow sidebar.",
    "What happens with linked objects?",
)
_REPORTS = (
    ("broken", "It stops with an error as soon as a curve is selected."),
    ("advertising", "The panel shows advertisements for a shop."),
    ("copyright", "The icons are from a set that must not be copied."),
)
#: What is older was read.
_UNREAD_FOR = timedelta(days=4)
_PUBLIC_AFTER = timedelta(hours=24)


class States:
    """Plays the states of a batch."""

    def __init__(self, writer: Writer, seed: int) -> None:
        self.writer = writer
        self.seed = seed

    def play(self, batch: Sequence[Written]) -> None:
        """Bring each extension of the batch into its state."""
        mails = MailJob.objects.aggregate(last=Max("pk"))["last"] or 0
        for one in batch:
            if one.plan.state not in ("public", "draft"):
                self._play(one)
        # Old news is not sent.
        MailJob.objects.filter(pk__gt=mails).delete()

    def _play(self, one: Written) -> None:
        # The actions read and lock rows of their own.
        extension = Extension.objects.get(pk=one.extension.pk)
        version = one.versions[-1]
        version.extension = extension
        events = extension.events.count()
        news = Notification.objects.aggregate(last=Max("pk"))["last"] or 0
        if one.plan.is_waiting:
            publish.submit(version=version, by=extension.owner)
        step = getattr(self, f"_make_{one.plan.state}", None) or self._report
        step(one, extension, version)
        self._date(one, extension, events)
        self._date_news(one, news)

    def _moderator(self, one: Written) -> User:
        moderators = self.writer.people.moderators
        return moderators[one.plan.number % len(moderators)]

    def _make_in_review(self, one: Written, extension: Extension, version: Version) -> None:
        rng = random_of(self.seed, "comments", one.plan.number)
        for text in rng.sample(_COMMENTS, rng.randint(0, 2)):
            by = rng.choice(
                [*self.writer.people.moderators, self.writer.people.staff["fake-volunteer"]]
            )
            comments.comment(extension=extension, version=version, by=by, text=text)

    def _make_changes_requested(self, one: Written, _: Extension, version: Version) -> None:
        self._decide(one, version, moderation.request_changes)

    def _make_declined(self, one: Written, _: Extension, version: Version) -> None:
        self._decide(one, version, moderation.decline_version)

    def _decide(self, one: Written, version: Version, action: Callable[..., object]) -> None:
        action(
            version=version,
            packages=version.package_hashes,
            by=self._moderator(one),
            reason=_REASONS[one.plan.state],
        )

    def _make_on_hold(self, one: Written, _: Extension, version: Version) -> None:
        moderation.hold_version(
            version=version,
            by=self._moderator(one),
            reason=_REASONS["on_hold"],
            until=timezone.localdate() + timedelta(days=5),
        )

    def _make_cooling_down(self, one: Written, _: Extension, version: Version) -> None:
        # Whatever policy the site has.
        with lifecycle.transition(
            transitions.SCHEDULE, version=version, by=self._moderator(one)
        ) as pending:
            pending.packages = version.package_hashes
            pending.version.public_at = timezone.now() + _PUBLIC_AFTER

    def _make_withdrawn(self, _one: Written, extension: Extension, version: Version) -> None:
        publish.withdraw(version=version, by=extension.owner)

    def _make_first_approved(self, one: Written, _: Extension, version: Version) -> None:
        with override_settings(EXTERY_APPROVE_ALONE_RISK=None, EXTERY_OWN_DECISIONS=False):
            moderation.approve_version(
                version=version, packages=version.package_hashes, by=self._moderator(one)
            )

    def _make_claimed(self, one: Written, _: Extension, version: Version) -> None:
        claims.claim(version=version, by=self._moderator(one))

    def _make_blocked(self, one: Written, extension: Extension, _: Version) -> None:
        moderation.block_extension(
            extension=extension, by=self._moderator(one), reason=_REASONS["blocked"]
        )

    def _make_version_blocked(self, one: Written, _: Extension, version: Version) -> None:
        moderation.block_version(
            version=version, by=self._moderator(one), reason=_REASONS["version_blocked"]
        )

    def _make_unpublished(self, _one: Written, extension: Extension, version: Version) -> None:
        publish.unpublish(version=version, by=extension.owner, reason="It loses undo steps.")

    def _make_unlisted(self, _one: Written, extension: Extension, _: Version) -> None:
        visibility.unlist(extension=extension, by=extension.owner, reason="For my students only.")

    def _make_deprecated(self, _one: Written, extension: Extension, _: Version) -> None:
        note = "Blender does this by itself since 5.0."
        visibility.deprecate(extension=extension, by=extension.owner, note=note)

    def _report(self, one: Written, extension: Extension, _: Version) -> None:
        reason, text = _REPORTS[one.plan.number % len(_REPORTS)]
        by = self.writer.people.staff["fake-visitor"]
        report = reports.report_extension(extension=extension, by=by, reason=reason, text=text)
        if one.plan.state == "resolved":
            note = "The author has fixed it. Thank you for the report."
            handling.resolve_case(case=report.case, by=self._moderator(one), note=note)
        elif one.plan.state == "dismissed":
            note = "We could not see this in three versions of Blender."
            handling.dismiss_case(case=report.case, by=self._moderator(one), note=note)
        at = self.writer.ago(_days_of_step(one))
        Report.objects.filter(pk=report.pk).update(created_at=at)
        CaseEntry.objects.filter(case=report.case_id).update(created_at=at)
        decided = None if one.plan.state == "reported" else at + timedelta(hours=3)
        Case.objects.filter(pk=report.case_id).update(created_at=at, decided_at=decided)

    def _date(self, one: Written, extension: Extension, known: int) -> None:
        """Give new events the times of the plan, and the versions and the queue what follows from them."""
        events = list(extension.events.order_by("pk"))[known:]
        planned = one.plan.versions[-1]
        last = _days_of_step(one)
        first = planned.uploaded - DRAFT_DAYS if one.plan.is_waiting else last
        for place, event in enumerate(events):
            share = place / max(1, len(events) - 1)
            event.created_at = self.writer.ago(first + (last - first) * share)
        Event.objects.bulk_update(events, ["created_at"])
        times = {event.kind: event.created_at for event in events}
        version = Version.objects.filter(pk=one.versions[-1].pk)
        if submitted := times.get(Event.Kind.SUBMITTED):
            version.update(submitted_at=submitted)
            waiting.rebuild(version.get())
        if unpublished := times.get(Event.Kind.UNPUBLISHED):
            version.update(unpublished_at=unpublished)
        own = Extension.objects.filter(pk=extension.pk)
        if events:
            own.update(updated_at=events[-1].created_at)
        for kind, name in (
            (Event.Kind.UNLISTED, "unlisted_at"),
            (Event.Kind.DEPRECATED, "deprecated_at"),
        ):
            if kind in times:
                own.update(**{name: times[kind]})

    def _date_news(self, one: Written, last: int) -> None:
        at = self.writer.ago(_days_of_step(one))
        news = Notification.objects.filter(pk__gt=last)
        entries = list(news.values_list("entry", flat=True))
        news.update(created_at=at)
        is_unread = at > self.writer.now - _UNREAD_FOR
        FeedEntry.objects.filter(pk__in=entries).update(last_at=at, is_unread=is_unread)


def _days_of_step(one: Written) -> float:
    """Return how many days ago the last step was made."""
    planned = one.plan.versions[-1]
    if one.plan.is_waiting:
        return planned.decided
    return planned.decided * 0.6
