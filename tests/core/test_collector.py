"""The garbage collector is paused, and what is kept is searched again only if it may be garbage later."""

from __future__ import annotations

import gc

import pytest

from extery.core.collector import without_collector


def test_the_collector_is_paused_and_runs_again() -> None:
    assert gc.isenabled()
    frozen = gc.get_freeze_count()
    with without_collector():
        assert not gc.isenabled()
        with without_collector(is_last=True):
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() <= frozen


def test_the_collector_runs_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), without_collector():
        raise ValueError("broken")
    assert gc.isenabled()


def test_what_there_is_at_the_end_is_not_searched() -> None:
    try:
        with without_collector(is_last=True):
            kept: list[list[int]] = [[] for _ in range(10)]
        assert gc.get_freeze_count() > len(kept)
        assert gc.isenabled()
    finally:
        gc.unfreeze()
