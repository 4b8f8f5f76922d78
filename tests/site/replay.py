"""Replays what the factories write: the same call in the same state of the site writes the same rows.

To upload, submit and approve a package takes a tenth of a second, nearly all of it for Django's SQL, and most tests of the
site begin with it. The first call in each state runs the actions of the site, and what it writes is recorded; a later
call with the same arguments in the same state writes the same rows and files, with times that are moved to now.

The state is everything that the actions read: rows, files, settings, receivers of signals. A call runs for real
where a replay could hide something: outside of a test's transaction, after a request, with patches, or on
PostgreSQL; with ``EXTERY_TRY_ALL=1`` always.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.core import mail
from django.core.signals import request_started
from django.db import connection, models

from extery_site.listings.cache import LISTINGS
from extery_site.project.tasks import task_enqueued
from tests.sampled import TRIES_ALL
from tests.site.written import State, Unrecordable, Written

Result = TypeVar("Result", bound=models.Model)

#: Settings of the folder of each test.
FOLDERS = {"EXTERY_DATA", "MEDIA_ROOT", "STATIC_ROOT"}


class RunningTest:
    """What is known of the running test."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.had_request = False

    @property
    def has_patches(self) -> bool:
        """Whether anything is patched but the folder of temporary files, as it is for all tests."""
        names = {(target, name) for target, name, _ in self._patch._setattr}
        return bool(names - {(tempfile, "tempdir")} or self._patch._setitem)

    @property
    def allows_replay(self) -> bool:
        """Whether the site is as a new process would find it."""
        return (
            connection.vendor == "sqlite"
            and connection.in_atomic_block
            and not self.had_request
            and LISTINGS._snapshot is None
            and not self.has_patches
        )


class Replay:
    """The recorded calls of this process, and the folder of their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls: dict[Any, tuple[Written, type[models.Model], Any]] = {}
        self.test: RunningTest | None = None

    @contextmanager
    def during(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Replay calls during a test."""
        self.test = test = RunningTest(patch)

        def note(**_: Any) -> None:
            test.had_request = True

        request_started.connect(note)
        yield
        request_started.disconnect(note)
        self.test = None

    def call(self, make: Callable[..., Result], *users: Any, **fields: Any) -> Result:
        """Call a factory, or write what it wrote before."""
        if TRIES_ALL or self.test is None or not self.test.allows_replay:
            return make(*users, **fields)
        before = State.read(Path(settings.EXTERY_DATA))
        key = (
            make.__name__,
            [getattr(one, "pk", one) for one in users],
            fields,
            before.digest,
            surroundings(),
        )
        key = repr(key)
        if known := self.calls.get(key):
            written, model, pk = known
            written.write_again(before)
            return _found(model, pk)
        number = len(mail.outbox)
        result = make(*users, **fields)
        if len(mail.outbox) == number:
            after = State.read(Path(settings.EXTERY_DATA))
            try:
                written = Written.between(before, after, self.folder / str(len(self.calls)))
            except Unrecordable:
                return result
            self.calls[key] = written, type(result), result.pk
        return result


def surroundings() -> list[Any]:
    """Return what actions read beside the database: settings, receivers of tasks, the origin of a request."""
    values = [
        (name, repr(getattr(settings, name)))
        for name in dir(settings)
        if name.isupper() and name not in FOLDERS
    ]
    context = [
        (variable.name, value)
        for variable, value in copy_context().items()
        if value is None or isinstance(value, str | int | Enum)
    ]
    folder = str(settings.EXTERY_DATA)
    return [
        [(name, text.replace(folder, "")) for name, text in values],
        sorted(context, key=repr),
        len(task_enqueued.receivers),
    ]


def _found(model: type[models.Model], pk: Any) -> Any:
    rows = model._base_manager.all()
    if any(field.name == "extension" for field in model._meta.fields):
        rows = rows.select_related("extension")
    return rows.get(pk=pk)


#: Set by the fixtures of the site's tests.
ACTIVE: list[Replay] = []


def replayed(make: Callable[..., Result]) -> Callable[..., Result]:
    """Let a factory of a row be replayed in tests of the site."""

    @functools.wraps(make)
    def call(*users: Any, **fields: Any) -> Result:
        if not ACTIVE:
            return make(*users, **fields)
        return ACTIVE[0].call(make, *users, **fields)

    return call
