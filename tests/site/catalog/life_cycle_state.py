"""The extension, the people and the clock of the tests of the life cycle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from extery.core.errors import ExteryError
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import decisions
from extery_site.moderation.models import BlockRequest
from tests.site import factories
from tests.site.catalog.life_cycle_steps import POSSIBLE, STEPS_OF_VERSIONS

NUMBERS = ("1.0.0", "1.1.0", "2.0.0")


class LifeCycleState(RuleBasedStateMachine):
    """One extension with up to three versions, the people who act, and a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = timedelta(0)
        self.real_now = timezone.now
        timezone.now = self.now  # type: ignore[assignment]
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def now(self) -> datetime:
        return self.real_now() + self.offset

    def teardown(self) -> None:
        timezone.now = self.real_now  # type: ignore[assignment]
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(public=st.integers(0, 2), in_review=st.booleans())
    def start(self, public: int, in_review: bool) -> None:
        """Begin with public versions and one in review, so that few steps lead far."""
        self.users: dict[str, User | AnonymousUser] = {
            "owner": factories.make_user("ada"),
            "moderator": factories.make_moderator("mika"),
            "second": factories.make_moderator("imani"),
            "visitor": AnonymousUser(),
        }
        self.build = 0
        owner, moderator = self.users["owner"], self.users["moderator"]
        assert isinstance(owner, User)
        assert isinstance(moderator, User)
        for number in NUMBERS[:public]:
            version = factories.make_waiting(owner, version=number)
            packages = version.package_hashes
            decisions.approve_version(
                version=version, packages=packages, by=moderator, at_once="It is a test"
            )
        if in_review:
            factories.make_waiting(owner, version="2.0.0")

    def version(self, number: str) -> Version | None:
        return Version.objects.select_related("extension").filter(number=number).first()

    def extension(self) -> Extension | None:
        return Extension.objects.first()

    def attempt(self, action: Callable[[], Any], *, who: str, role: str) -> bool:
        """Perform an action; whether it succeeded. If not, nothing has changed.

        Only the owner, moderators, or the site can succeed, as ``role`` says.
        """
        before = self.everything()
        try:
            with transaction.atomic():
                action()
        except ExteryError:
            assert self.everything() == before
            return False
        allowed = {"owner": {"owner"}, "moderator": {"moderator", "second"}}[role]
        assert who in allowed
        return True

    def everything(self) -> list[Any]:
        return [
            sorted(Version.objects.values_list("number", "status", "public_at", "block_reason")),
            list(Extension.objects.values_list("status", "block_reason", "newest_version")),
            Event.objects.count(),
            list(BlockRequest.objects.order_by("pk").values_list("state")),
        ]

    def possible(self) -> list[tuple[str, str]]:
        """The numbers of versions with the events that their statuses allow."""
        extension = self.extension()
        if extension is None or extension.is_blocked:
            return []
        return [
            (version.number, name)
            for version in extension.versions.order_by("number")
            for name in POSSIBLE
            if version.status in STEPS_OF_VERSIONS[name].sources
        ]
