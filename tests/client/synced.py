"""A target with two fake repositories for the tests of sync."""

from __future__ import annotations

import json
from pathlib import Path

from extery.client.repositories import Repository, change_repositories
from extery.client.sync import SyncedTarget, sync
from extery.client.targets import Target
from extery.fetch import RetryPolicy
from tests.fakes import FakeNetwork, FakeRepository

QUICK = RetryPolicy(attempts=2, first_delay=0.01, max_delay=2.0, read=60.0)


class Synced:
    """A target with the fake repositories ``one`` and ``two``."""

    def __init__(self, folder: Path) -> None:
        self.one = FakeRepository(folder / "one")
        self.two = FakeRepository(folder / "two", port=8)
        self.network = FakeNetwork(self.one, self.two, retry_policy=QUICK)
        self.target = Target(folder / "extensions", (4, 2, 99))
        self.repositories = [Repository("one", self.one.url), Repository("two", self.two.url)]
        change_repositories(self.target, lambda _: self.repositories)
        self.one.add("gear.zip")
        self.two.add("dusk.zip", extension_id="dusk", kind="theme")

    def sync(self, target: Target | None = None) -> SyncedTarget:
        with self.network:
            [result] = sync([target or self.target], fetcher_for=self.network)
        return result

    def statuses(self) -> dict[str, str]:
        return {item.repository.name: item.status for item in self.sync().repositories}

    def stored(self, name: str = "one", target: Target | None = None) -> list[str]:
        """Return the ids in the listing that Blender reads."""
        path = Repository(name).listing_in(target or self.target)
        return [item["id"] for item in json.loads(path.read_bytes())["data"]]

    def requested(self) -> list[str]:
        names = [*self.one.requested(), *self.two.requested()]
        return [name.partition("?")[0] for name in names]


def codes(result: SyncedTarget) -> list[str]:
    return [problem.code for problem in result.all_problems]
