"""One repository, target or entry that fails costs nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.client import sync_fetch
from extery.client.repositories import change_repositories
from extery.client.sync import sync
from extery.client.targets import Target
from extery.core.errors import Refused
from extery.fetch import Fetcher
from tests.client.samples import make_entry
from tests.client.synced import Synced, codes
from tests.fetch.web import Fault, cut_off, drip, encoded, endless, raw, redirect, status, wait


def test_a_bad_entry_costs_that_entry(synced: Synced) -> None:
    synced.one.entries += [make_entry("bad", tags=[]), make_entry("good"), "text"]  # type: ignore[list-item]
    synced.one.publish()
    result = synced.sync()
    assert result.ok
    assert synced.stored() == ["gear_tool", "good"]
    first, second = map(str, result.all_problems)
    assert first.startswith("one:data[1].tags: entry 2 ('bad') is left out: ")
    assert second.startswith("one:data[3]: entry 4 ('text') is left out: ")
    assert {dict(problem.values)["number"] for problem in result.all_problems} == {2, 4}


def gzip_bomb() -> bytes:
    return gzip.compress(bytes(3_000_000))


FAULTS: dict[str, Callable[[], Fault]] = {
    "web page": lambda: raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n<!doctype html><title>Sign in</title>  "
    ),
    "package": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nPK\x03\x04"),
    "403": lambda: status(403),
    "404": lambda: status(404),
    "429": lambda: status(429, Retry_After="3"),
    "500": lambda: status(500),
    "cut": lambda: cut_off(100),
    "gzip bomb": lambda: encoded(gzip_bomb(), "gzip"),
    "another encoding": lambda: encoded(b"?", "zstd"),
    "huge": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n{"),
    "endless": endless,
    "redirect to itself": lambda: redirect("/r/index.json"),
    "redirect to a file": lambda: redirect("file:///etc/passwd"),
    "other json": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    "deep json": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000),
}
#: These advance the clock, which all fake servers share.
SLOW: dict[str, Callable[[], Fault]] = {
    "slow": lambda: wait(10_000),
    "dripping": lambda: drip(30),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_repository_that_fails_keeps_its_listing(
    synced: Synced, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_fetch, "MAX_LISTING_SIZE", 1_000_000)
    synced.sync()
    synced.one.add("third.zip", extension_id="third_tool")
    synced.two.add("other.zip", extension_id="other_tool")
    synced.one.web.fail("/r/index.json", *(FAULTS[fault]() for _ in range(12)))
    result = synced.sync()
    one, two = result.repositories
    assert (one.status, one.has_listing, two.status) == ("failed", True, "updated")
    assert not result.ok
    assert str(one.problems[0]).startswith("one:")
    assert str(one.problems[0]).count("one:") == 1
    assert synced.stored() == ["gear_tool"]
    assert synced.stored("two") == ["dusk", "other_tool"]
    synced.one.web.faults.clear()
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}


@pytest.mark.parametrize("fault", SLOW)
def test_a_repository_that_takes_too_long_keeps_its_listing(synced: Synced, fault: str) -> None:
    synced.sync()
    change_repositories(synced.target, lambda _: synced.repositories[:1])
    synced.one.add("third.zip", extension_id="third_tool")
    synced.one.web.fail("/r/index.json", *(SLOW[fault]() for _ in range(12)))
    [one] = synced.sync().repositories
    assert (one.status, one.has_listing) == ("failed", True)
    assert one.problems[0].code == "fetch.time-out"
    assert synced.stored() == ["gear_tool"]


def test_an_error_that_passes_is_no_failure(synced: Synced) -> None:
    synced.one.web.fail("/r/index.json", status(503, Retry_After="1"))
    assert synced.statuses() == {"one": "updated", "two": "updated"}


def test_a_first_sync_that_fails_leaves_no_listing(synced: Synced) -> None:
    synced.one.web.fail("/r/index.json", *[status(403)] * 9)
    one, _ = synced.sync().repositories
    assert (one.status, one.has_listing) == ("failed", False)


def test_a_repository_that_may_not_be_requested_fails_alone(synced: Synced) -> None:
    def fetcher_for(url: str, target: Target) -> Fetcher:
        if url == synced.one.url:
            raise Refused.of("fetch.token")
        return synced.network(url, target)

    with synced.network:
        [result] = sync([synced.target], fetcher_for=fetcher_for)
    assert [item.status for item in result.repositories] == ["failed", "updated"]


def test_a_target_with_damaged_repositories_does_not_stop_another(
    synced: Synced, tmp_path: Path
) -> None:
    damaged = Target(tmp_path / "damaged", (4, 2, 99))
    change_repositories(damaged, lambda _: [])
    (damaged.state_folder / "repositories.json").write_text("{")
    with synced.network:
        first, second = sync([damaged, synced.target], fetcher_for=synced.network)
    assert codes(first) == ["target.state-damaged"]
    assert second.ok


def test_a_folder_that_cannot_be_written_is_a_problem(synced: Synced) -> None:
    (synced.target.folder / "one").write_text("in the way")
    result = synced.sync()
    assert codes(result) == ["target.unusable"]
    assert not result.ok


def test_damaged_state_costs_a_request(synced: Synced) -> None:
    synced.sync()
    state = synced.target.state_folder / "sync.json"
    for text in ("", "[]", '{"repositories": {"one": {"etag": 7}}, "on_disk": []}'):
        state.write_text(text)
        assert synced.statuses() == {"one": "updated", "two": "updated"}


def test_a_listing_over_the_limit_is_refused(
    synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_fetch, "MAX_LISTING_SIZE", 100)
    assert synced.statuses() == {"one": "failed", "two": "failed"}
