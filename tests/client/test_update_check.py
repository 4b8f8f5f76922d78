"""Newer versions are looked for once a day, if setting and network allow it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from extery.client.network import Network, store_blender_online
from extery.client.repositories import Repository, change_repositories
from extery.client.settings import Settings
from extery.client.sync import sync
from extery.client.sync_state import STATE_FILE
from extery.client.targets import Target
from extery.client.tokens import Tokens
from extery.client.update_check import MAX_AGE, is_old, may_check
from tests.client.samples import LOCAL
from tests.fakes import FakeNetwork, FakeRepository
from tests.fetch.web import status


class Checked:
    """A target with one fake repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.served = FakeRepository(folder / "studio")
        self.served.add("gear.zip")
        self.target = Target(folder / "extensions", (4, 2, 99))
        change_repositories(self.target, lambda _: [Repository("studio", self.served.url)])

    def sync(self) -> None:
        network = FakeNetwork(self.served)
        with network:
            sync([self.target], fetcher_for=network)

    def is_due(self, after: float = 0.0, *, offline: bool = False, **settings: bool) -> bool:
        tokens = Tokens(self.folder / "config", environ={}, find_keyring=lambda: None)
        network = Network(Settings(**settings), tokens, offline=offline)
        return is_old(self.target, now=time.time() + after) and may_check(self.target, network)


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    return Checked(tmp_path)


def test_a_check_is_due_a_day_after_the_last_sync(checked: Checked) -> None:
    assert checked.is_due()
    checked.sync()
    assert not checked.is_due()
    assert checked.is_due(MAX_AGE + 60)
    assert checked.is_due(-3600.0)  # the clock was in the future


def test_a_sync_without_changes_counts_and_one_that_fails_does_not(checked: Checked) -> None:
    checked.sync()
    old = time.time() - 2 * MAX_AGE
    places = [checked.target.state_folder / STATE_FILE]
    places += checked.target.folder.glob("studio/.blender_ext/index.json")
    for path in places:
        os.utime(path, (old, old))
    checked.served.fake_web.fail("/r/index.json", status(404))
    checked.sync()
    assert checked.is_due()
    checked.served.fake_web.faults.clear()
    checked.sync()
    assert not checked.is_due()


def test_the_setting_switches_it_off(checked: Checked) -> None:
    assert checked.is_due(check_updates=True)
    assert not checked.is_due(check_updates=False)


def test_what_forbids_the_network_forbids_the_check(checked: Checked) -> None:
    assert not checked.is_due(offline=True)
    assert not checked.is_due(online=False)
    store_blender_online(checked.target, False)
    assert not checked.is_due()
    assert checked.is_due(online=True)


def test_without_remote_repositories_there_is_nothing_to_check(checked: Checked) -> None:
    change_repositories(checked.target, lambda _: [LOCAL])
    assert not checked.is_due()
