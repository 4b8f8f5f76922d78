"""``extery manage tasks``: list background tasks, show one, retry or delete failed ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count
from django.utils import timezone

from extery.core.errors import InvalidInput, NotFound
from extery.core.text import quote_value
from extery_site.project.tasks import queue
from extery_site.project.tasks.models import Status, StoredTask, StoredTaskQuerySet

STATES = [str(value).lower() for value in Status.values]
#: Tasks usually wait for milliseconds; older ones show that no worker runs, or too few.
OVERDUE = timedelta(minutes=1)
MIN_ID = 6


class Command(BaseCommand):
    help = "List background tasks, show one with its errors, retry or delete failed ones."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action")
        listing = actions.add_parser("list", help="Numbers by state, and the newest tasks.")
        listing.add_argument("--state", choices=STATES, help="Only tasks in this state.")
        listing.add_argument("--limit", type=int, default=20, help="Tasks to print (20).")
        show = actions.add_parser("show", help="One task with its arguments and errors.")
        show.add_argument("id", help="The id, or its beginning.")
        retry = actions.add_parser("retry", help="Queue failed tasks again.")
        retry.add_argument("id", nargs="*", help="Ids, or their beginnings.")
        retry.add_argument("--all", action="store_true", help="Every failed task.")
        purge = actions.add_parser("purge", help="Delete finished tasks now.")
        purge.add_argument("--state", choices=["failed", "successful"], default="successful")
        purge.add_argument("--days", type=float, default=0, help="Only those older than this.")

    def handle(self, *_: Any, action: str | None, **options: Any) -> None:
        if action is None:
            self._list(state=None, limit=20)
        elif action == "list":
            self._list(state=options["state"], limit=max(0, options["limit"]))
        elif action == "show":
            self._show(self._find(options["id"]))
        elif action == "retry":
            self._retry(options["id"], everything=options["all"])
        else:
            self._purge(state=options["state"], days=options["days"])

    def _list(self, *, state: str | None, limit: int) -> None:
        counts = dict(
            StoredTask.objects.order_by().values_list("status").annotate(number=Count("pk"))
        )
        for value in Status.values:
            self.stdout.write(f"{value.lower():<11} {counts.get(value, 0)}")
        tasks = StoredTask.objects.all()
        if state is not None:
            tasks = tasks.filter(status=state.upper())
        rows = list(tasks[:limit])
        if rows:
            self.stdout.write("")
        for stored in rows:
            self.stdout.write(_line(stored))
        overdue = StoredTask.objects.ready(timezone.now() - OVERDUE).count()
        if overdue:
            self.stderr.write(
                f"{overdue} tasks are overdue by more than a minute: is 'extery worker' running?"
            )

    def _show(self, stored: StoredTask) -> None:
        self.stdout.write(f"{stored.id} {stored.name}\n{_line(stored)}")
        self.stdout.write(f"queue {stored.queue_name}, enqueued at {stored.enqueued_at:%F %T}")
        if stored.request_id:
            self.stdout.write(f"by the request {stored.request_id}")
        self.stdout.write(f"arguments {stored.arguments['args']} {stored.arguments['kwargs']}")
        for error in stored.errors:
            self.stdout.write(
                f"\nattempt {error['attempt']} by worker {error['worker']} at {error['at']}"
            )
            self.stdout.write(error["traceback"])

    def _retry(self, ids: list[str], *, everything: bool) -> None:
        if everything == bool(ids):
            raise InvalidInput.of("task.not-chosen")
        failed = StoredTask.objects.filter(status=Status.FAILED)
        tasks = failed.iterator(chunk_size=200) if everything else map(self._find, ids)
        now = timezone.now()
        number = 0
        for stored in tasks:
            if queue.retry(stored, now=now):
                number += 1
            else:
                self.stderr.write(f"{stored} has not failed: its state is {stored.status.lower()}")
        self.stdout.write(f"queued again: {number}")

    def _purge(self, *, state: str, days: float) -> None:
        before = timezone.now() - timedelta(days=days)
        number = queue.purge(status=state.upper(), finished_before=before)
        self.stdout.write(f"deleted: {number}")

    def _find(self, beginning: str) -> StoredTask:
        """Return the task whose id begins with ``beginning``."""
        text = beginning.lower().replace("-", "")
        if len(text) < MIN_ID or text.strip("0123456789abcdef"):
            raise InvalidInput.of("task.bad-id", value=quote_value(beginning), minimum=MIN_ID)
        matches = list(_with_prefix(text)[:2])
        if len(matches) != 1:
            raise NotFound.of(
                "task.not-found",
                variant="several" if matches else "",
                value=quote_value(beginning),
            )
        return matches[0]


def _with_prefix(text: str) -> StoredTaskQuerySet:
    """Return tasks by the first digits of their id; as a range, since databases store UUIDs differently."""
    first, last = (text.ljust(32, digit)[:32] for digit in "0f")
    return StoredTask.objects.filter(pk__gte=first, pk__lte=last)


def _line(stored: StoredTask) -> str:
    line = f"{str(stored.pk)[:8]}  {stored.status.lower():<10}  {stored.name}"
    if stored.attempt:
        line += f"  attempt {stored.attempt} of {stored.max_attempts}"
    if stored.status == Status.READY and stored.attempt:
        line += f", next at {stored.run_after:%F %T}"
    if stored.errors and stored.status != Status.SUCCESSFUL:
        line += f"  {stored.errors[-1]['traceback'].strip().rpartition(chr(10))[2][:100]}"
    return line
