"""Downloads and syncs: resumed, retried, conditional, compressed, parallel, bounded (1 to 9)."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from extery import fetch
from tests.client.weaknesses.computer import LISTING, Computer
from tests.fakes import FakeClock, FakeFetcher, FakeRepository
from tests.fetch.web import Fault, Handler, cut_off, drip, endless, serving, status
from tests.repository.hosted import Repository as Hosted

NOISE = "".join(f"{number * 7919 % 99991:05d}" for number in range(40_000))


def together(number: int) -> Fault:
    """Respond when ``number`` requests are under way at the same time; fail if they never are."""
    barrier = threading.Barrier(number, timeout=20)

    def respond(handler: Handler, body: bytes) -> bool:
        barrier.wait()
        return False

    return respond


class FakeServer:
    """The commands with a server and a clock in memory, in which hours pass at once."""

    def __init__(self, computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.repository = FakeRepository(computer.folder / "fake")
        self.repository.add("gear.zip")
        self.clock = FakeClock()
        monkeypatch.setattr(
            fetch,
            "Fetcher",
            lambda **options: FakeFetcher(self.repository.fake_web, clock=self.clock, **options),
        )
        with self.clock.installed():
            computer.subscribe(self.repository)
            computer.run("sync")
        self.web = self.repository.web
        self.web.seen.clear()


@pytest.fixture
def fake(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    return FakeServer(computer, monkeypatch)


def test_a_download_that_was_cut_off_is_continued_where_it_ended(computer: Computer) -> None:
    """1: Blender's client deletes what it has received, and begins again."""
    package = computer.offer(files={"noise.txt": NOISE})
    computer.subscribe()
    computer.web.fail(f"/r/{package.name}", cut_off(30_000))

    assert computer.run("install", "gear_tool").exit_code == 0

    first, second = computer.web.requests_of(f"/r/{package.name}")
    assert "range" not in first
    assert second["range"] == "bytes=30000-"
    assert computer.versions() == {"gear_tool": "1.0.0"}


def test_a_busy_server_is_asked_again_when_it_wishes(computer: Computer, fake: FakeServer) -> None:
    """2: Blender's client gives up after the first error and does not read Retry-After."""
    fake.web.fail("/r/gear.zip", status(503), status(429, Retry_After="17"))

    with fake.clock.installed():
        result = computer.run("install", "gear_tool")

    assert result.exit_code == 0, result.output
    assert len(fake.web.requests_of("/r/gear.zip")) == 3
    assert 17 < fake.clock.monotonic() < 60


def test_a_listing_that_has_not_changed_is_not_sent_again(computer: Computer) -> None:
    """3: Blender's client ignores entity tags and dates, and receives the listing each time."""
    computer.offer()
    computer.subscribe()
    computer.run("sync")
    computer.web.seen.clear()

    assert computer.target_data("sync")["repositories"][0]["status"] == "unchanged"

    [request] = computer.web.requests_of(LISTING)
    assert request["if-none-match"].startswith('"')


def test_listings_are_received_compressed(computer: Computer) -> None:
    """4: Blender's client asks for no compression, and fails if the server compresses all the same."""
    computer.offer()
    computer.subscribe()

    assert computer.run("sync").exit_code == 0

    assert all("gzip" in each["accept-encoding"] for each in computer.web.requests_of(LISTING))
    assert [item["id"] for item in computer.stored()["data"]] == ["gear_tool"]


def test_only_the_changes_of_a_listing_are_received(computer: Computer) -> None:
    """5: Blender's client receives the whole listing for one changed entry."""
    computer.studio.records_changes = True
    for number in range(300):
        computer.studio.entries.append({**_entry(number)})
    computer.studio.publish()
    computer.subscribe()
    computer.run("sync")
    computer.studio.entries.append(_entry(300))
    computer.studio.publish()
    computer.web.seen.clear()

    assert computer.run("sync").exit_code == 0

    assert len(computer.stored()["data"]) == 301
    assert len(computer.web.requests_of("/r/changes.json")) == 1
    assert all(each["range"] == "bytes=0-0" for each in computer.web.requests_of(LISTING))
    assert len(computer.web.pages["/r/changes.json"]) < len(computer.web.pages[LISTING]) / 50


def _entry(number: int) -> dict[str, object]:
    from tests.client.samples import make_entry

    return make_entry(f"tool_{number}")


def test_what_a_blender_cannot_use_need_not_be_sent(computer: Computer) -> None:
    """5: a server can leave out what does not fit, because the request names Blender, system and Python."""
    computer.subscribe()
    computer.run("sync")

    query = computer.web.seen[-1].path.partition("?")[2]
    assert "blender_version=4.2.99" in query
    assert f"platform={computer.target.system.platform}" in query
    assert "python_version=3.11.0" in query


def test_packages_of_one_command_are_received_at_the_same_time(computer: Computer) -> None:
    """6: Blender's client receives the packages of an installation one after the other."""
    meeting = together(4)
    names = [f"tool_{number}" for number in range(4)]
    for name in names:
        computer.web.fail(f"/r/{computer.offer(name).name}", meeting)
    computer.subscribe()

    assert computer.run("install", *names).exit_code == 0
    assert sorted(computer.versions()) == names


def test_all_repositories_are_synced_at_the_same_time(computer: Computer, tmp_path: Path) -> None:
    """6: Blender's client syncs one repository after the other on request."""
    with serving() as other:
        second = Hosted(tmp_path / "other", other)
        second.publish()
        computer.subscribe()
        computer.subscribe(second, "other")
        meeting = together(2)
        computer.web.fail(LISTING, meeting)
        other.fail(LISTING, meeting)

        assert computer.run("sync").exit_code == 0
    assert computer.stored("other")["data"] == []


def test_connections_are_used_for_many_files(computer: Computer) -> None:
    """7: Blender's client opens a connection for each file."""
    names = [f"tool_{number}" for number in range(60)]
    for name in names:
        computer.offer(name)
    computer.subscribe()
    computer.run("sync")
    before, computer.web.connections = len(computer.web.seen), 0

    assert computer.run("install", *names).exit_code == 0

    assert len(computer.web.seen) - before == 60
    assert computer.web.connections <= 32


@pytest.mark.parametrize(
    ("command", "path"), [("sync", "index.json"), ("install gear_tool", "gear.zip")]
)
def test_a_server_that_sends_single_bytes_is_not_waited_for_without_end(
    computer: Computer, fake: FakeServer, command: str, path: str
) -> None:
    """8: in Blender's client each byte starts the time limit again."""
    fake.repository.add("other.zip", extension_id="other_tool")
    fake.web.fail(f"/r/{path}", *[drip(20.0)] * 9)

    with fake.clock.installed():
        result = computer.run(*command.split())

    assert result.exit_code == 1
    assert "took longer than 600 seconds [fetch.time-out]" in result.stderr
    assert computer.versions() == {}


def test_no_more_than_the_listed_size_is_received(computer: Computer, tmp_path: Path) -> None:
    """9: Blender's client reads a package to its end, whatever its size should be, and keeps it."""
    package = computer.offer()
    computer.subscribe()
    sent = _count_sent(computer, f"/r/{package.name}")

    assert computer.codes("install", "gear_tool") == ["fetch.size"]

    assert sum(sent) < 20_000_000
    assert sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*")) < 100_000
    assert computer.versions() == {}


def test_a_listing_without_end_is_given_up(computer: Computer) -> None:
    """9: Blender's client reads a listing of any size into memory."""
    computer.offer()
    computer.subscribe()
    computer.run("sync")
    before = json.dumps(computer.stored())
    computer.web.fail(LISTING, *[endless()] * 9)

    assert computer.codes("sync") == ["fetch.too-long"]
    assert json.dumps(computer.stored()) == before


def _count_sent(computer: Computer, path: str) -> list[int]:
    """Send without end instead of a file, and count the bytes."""
    sent: list[int] = []

    def respond(handler: Handler, body: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            sent.append(handler.wfile.write(bytes(1 << 16)))

    computer.web.fail(path, *[respond] * 9)
    return sent
