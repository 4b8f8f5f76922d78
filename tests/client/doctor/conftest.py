"""Fixtures: a target, and what the checks of the doctor are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.client.checks.context import Context
from extery.client.network import Network
from extery.client.settings import Settings
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.tokens import Tokens
from tests.client.samples import LOCAL, STUDIO, make_target


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path, STUDIO, LOCAL)


@pytest.fixture
def checked(target: Target, tmp_path: Path) -> Context:
    return Context(target, Store(tmp_path / "cache"), options=" --blender 4.2")


@pytest.fixture
def online(checked: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    checked.network = Network(Settings(), Tokens(tmp_path))
    return checked
