"""Servers that are broken or hostile, for `install`, `update` (as a delta) and `sync`, as a user meets them.

A package or listing that cannot be fetched has a code and a cure, spoils no other one of the same command, and can be
fetched once the server works again. Each scenario that needs no long time runs on the fakes and on a real server, with the same result.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.client import sync_fetch
from extery.client.network import Network
from extery.client.records import find_installed
from extery.client.targets import Target
from extery.fetch import Fetcher, RetryPolicy
from tests.client.samples import make_package
from tests.fakes import FakeNetwork, FakeRepository
from tests.fetch.web import (
    Fault,
    Handler,
    cut_off,
    drip,
    encoded,
    endless,
    raw,
    redirect,
    refuse_ranges,
    serving,
    short_range,
    state_etag,
    state_range,
    status,
    tamper,
    wait,
    without_ranges,
)
from tests.repository.hosted import Repository
from tests.sample_bytes import letters
from tests.waiting import wait_until

QUICK = RetryPolicy(attempts=3, first_delay=0.01, max_delay=0.02, connect=5.0, read=20.0)
TIMES = 40
BAD = "bad_tool-2.0.0.zip"


@cache
def gzip_bomb() -> bytes:
    return gzip.compress(bytes(100_000_000), 9)


def page(_handler: Handler, _body: bytes) -> bool:
    """Answer with a web page that has the size of the file."""
    text = b"<!doctype html><title>Sign in</title>".ljust(len(_body))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(_body)
    return raw(head, text)(_handler, _body)


def lie_about_size(_handler: Handler, _body: bytes) -> bool:
    """State one byte more than there is, and send it."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(_body) + 1)
    return raw(head, _body + b"x")(_handler, _body)


def no_suffixes(handler: Handler, body: bytes) -> bool:
    """Answer a range of the last bytes, whose start is not stated, with an error."""
    is_suffix = handler.headers.get("Range", "").startswith("bytes=-")
    return is_suffix and status(501)(handler, body)


#: Faults of every request of a file -> the codes of a package and of a listing; a listing has no stated size or hash.
FAULTS: dict[str, tuple[Callable[[], Fault], str, str]] = {
    "cut": (lambda: cut_off(100), "fetch.unreachable", "fetch.unreachable"),
    "another size": (lambda: lie_about_size, "fetch.size", "listing."),
    "another hash": (tamper, "fetch.hash", "listing."),
    "web page": (lambda: page, "fetch.web-page", "listing."),
    "gzip bomb": (lambda: encoded(gzip_bomb(), "gzip"), "fetch.compressed", "fetch.too-long"),
    "endless": (endless, "fetch.size", "fetch.too-long"),
    "403": (lambda: status(403), "fetch.refused", "fetch.refused"),
    "404": (lambda: status(404), "fetch.not-found", "fetch.not-found"),
    "416": (lambda: status(416), "fetch.status", "fetch.status"),
    "429": (lambda: status(429, Retry_After="1"), "fetch.busy", "fetch.busy"),
    "429 for an hour": (lambda: status(429, Retry_After="3600"), "fetch.busy", "fetch.busy"),
    "500": (lambda: status(500), "fetch.busy", "fetch.busy"),
    "501": (lambda: status(501), "fetch.status", "fetch.status"),
    "redirect to another host": (
        lambda: redirect("http://localhost:1/file"),
        "fetch.unreachable",
        "fetch.unreachable",
    ),
    "redirect to itself": (lambda: redirect("?again"), "fetch.redirects", "fetch.redirects"),
    "redirect to a file": (
        lambda: redirect("file:///etc/passwd"),
        "fetch.redirect-unsafe",
        "fetch.redirect-unsafe",
    ),
    "stall": (lambda: wait(10_000), "fetch.time-out", "fetch.time-out"),
    "drip": (lambda: drip(50), "fetch.time-out", "fetch.time-out"),
}  # fmt: skip
#: They wait as long as a server asks for: on a fake clock only.
WAITING = ("429", "429 for an hour")
#: They end with a time limit; on a real server with a short one. The fake clock is one for all transfers,
#: so there the others end too.
TIMED = {
    "stall": (RetryPolicy(attempts=1, read=2.0), lambda: wait(6)),
    "drip": (RetryPolicy(attempts=1, max_seconds=6.0, max_package_seconds=6.0), lambda: drip(0.05)),
}
#: Answers to requests of ranges, with which the package is there all the same.
RANGES: dict[str, Callable[[], Fault]] = {
    "200": without_ranges,
    "400": lambda: refuse_ranges(400),
    "403": lambda: refuse_ranges(403),
    "404": lambda: refuse_ranges(404),
    "416": lambda: refuse_ranges(416),
    "501": lambda: refuse_ranges(501),
    "no suffixes": lambda: no_suffixes,
    "short": lambda: short_range(1_000),
    "another range": lambda: state_range("bytes 5-9/10"),
    "another size": lambda: state_range("bytes 0-9/99999999"),
    "no range": lambda: state_range("?"),
    "another file": lambda: state_etag('"else"'),
}


def _is_fetching(thread: threading.Thread) -> bool:
    return thread.name == "extery-fetch"


class Evening:
    """A repository with three extensions, of which the server fails for one, and the commands of a user."""

    def __init__(self, folder: Path, repositories: list[Repository]) -> None:
        self.folder = folder
        self.is_real = not isinstance(repositories[0], FakeRepository)
        self.policy = QUICK
        self.target = Target(folder / "extensions", (4, 2, 99))
        self.online, self.other = repositories
        self.publish("1.0.0")
        self.other.add("dusk.zip", extension_id="dusk", kind="theme")

    def break_down(self, name: str, fault: str) -> bool:
        """Let all requests of a file fail; return whether that leaves the other transfers alone."""
        make = FAULTS[fault][0]
        if self.is_real and fault in TIMED:
            self.policy, make = TIMED[fault]
        self.online.fail(name, make(), times=TIMES)
        return self.is_real or fault not in TIMED

    def work(self) -> None:
        """End the faults of the server."""
        self.policy = QUICK
        self.online.work()
        # A download that was given up is read to its end, and advances the fake clock of the next command.
        wait_until(lambda: not any(map(_is_fetching, threading.enumerate())))

    def publish(self, version: str) -> None:
        """Publish packages, which share most of their bytes with those of other versions."""
        data = letters(300_000, seed=7).decode()
        self.online.entries.clear()
        for identifier in ("bad_tool", "gear_tool", "spring_tool"):
            files = {"data.txt": data, "note.txt": f"{identifier} {version}" * 100}
            path = make_package(self.folder / "made", identifier, version, files)
            self.online.add_bytes(path.name, path.read_bytes(), id=identifier, version=version)

    def run(self, *arguments: str) -> Result:
        target = ["--dir", str(self.target.folder), "--blender", "4.2"]
        return CliRunner().invoke(extery, [*arguments, *target])

    def done(self, *arguments: str) -> Result:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result

    def prepare(self) -> None:
        self.done("repo", "add", self.online.url, "--name", "studio")
        self.done("repo", "add", self.other.url, "--name", "other")
        self.done("sync")

    def installed(self) -> dict[str, str]:
        return {item.id: item.state.version for item in find_installed(self.target)}

    def left_over(self) -> list[str]:
        """Return the files of downloads that were not completed, and of unpacked packages."""
        files = [*self.folder.glob("cache/packages/*/*.part*"), *self.folder.glob("**/*.new")]
        return [path.name for path in [*files, *self.target.folder.glob("*/.extery/*/new")]]


@pytest.fixture
def evening(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Evening]:
    """Repositories on a fake network, or with the parameter ``real`` on real servers."""
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr(sync_fetch, "MAX_LISTING_SIZE", 1_000_000)
    with ExitStack() as stack:
        if getattr(request, "param", "fake") == "real":
            webs = [stack.enter_context(serving()), stack.enter_context(serving())]
            repositories = [Repository(tmp_path / f"r{n}", web) for n, web in enumerate(webs)]

            def make(**options: Any) -> Fetcher:
                return Fetcher(**{"retry_policy": made.policy, **options})

            monkeypatch.setattr("extery.fetch.Fetcher", make)
        else:
            fakes = [FakeRepository(tmp_path / f"r{n}", port=9 - n) for n in range(2)]
            fake_network = stack.enter_context(FakeNetwork(*fakes))
            repositories = [*fakes]

            def fetcher(_self: Network, url: str, *_: object, **__: Any) -> Fetcher:
                return fake_network(url)

            monkeypatch.setattr(Network, "fetcher", fetcher)
        made = Evening(tmp_path, repositories)  # the fetchers have its policy
        made.prepare()
        yield made


def on_both(faults: dict[str, Any]) -> pytest.MarkDecorator:
    """Run a test on the fakes and on real servers with each fault."""
    cases = [
        pytest.param(
            kind,
            name,
            id=f"{kind}-{name}",
            marks=[pytest.mark.slow] if kind == "real" and name in TIMED else [],
        )
        for kind in ("fake", "real")
        for name in faults
        if kind == "fake" or name not in WAITING
    ]
    return pytest.mark.parametrize(("evening", "fault"), cases, indirect=["evening"])


def is_named(result: Result, name: str, code: str) -> bool:
    """Return whether the output has an error with this name and code, and a cure below it.

    Errors with the same cure are above it together.
    """
    lines = result.output.splitlines()
    found = [n for n, line in enumerate(lines) if "error: " in line and f"[{code}" in line]
    return any(
        name in lines[n]
        and "hint: " in next((line for line in lines[n:] if "error: " not in line), "")
        for n in found
    )


@on_both(FAULTS)
def test_an_installation_names_the_package_and_installs_the_others(
    evening: Evening, fault: str
) -> None:
    others_work = evening.break_down("bad_tool-1.0.0.zip", fault)
    result = evening.run("install", "bad_tool", "gear_tool", "spring_tool")
    assert result.exit_code == 1, result.output
    assert is_named(result, "studio.bad_tool", FAULTS[fault][1]), result.output
    assert evening.installed().items() <= {"gear_tool": "1.0.0", "spring_tool": "1.0.0"}.items()
    assert len(evening.installed()) == 2 or not others_work
    evening.work()
    evening.done("install", "bad_tool", "gear_tool", "spring_tool")
    assert evening.left_over() == []


@on_both(FAULTS)
def test_an_update_keeps_the_old_version_and_updates_the_others(
    evening: Evening, fault: str
) -> None:
    evening.done("install", "bad_tool", "gear_tool", "spring_tool")
    evening.publish("2.0.0")
    evening.done("sync")
    others_work = evening.break_down(BAD, fault)
    result = evening.run("update")
    assert result.exit_code == 1, result.output
    assert is_named(result, "studio.bad_tool", FAULTS[fault][1]), result.output
    installed = evening.installed()
    assert installed.pop("bad_tool") == "1.0.0"
    if others_work:
        assert installed == {"gear_tool": "2.0.0", "spring_tool": "2.0.0"}
        assert "not fetched again" in result.output, "they are updated with what has changed"
    evening.work()
    evening.done("update")
    assert evening.left_over() == []


@on_both(RANGES)
def test_an_update_succeeds_whatever_a_server_makes_of_ranges(evening: Evening, fault: str) -> None:
    evening.done("install", "bad_tool")
    evening.publish("2.0.0")
    evening.done("sync")
    evening.online.fail(BAD, RANGES[fault](), times=TIMES)
    evening.done("update")
    assert evening.installed() == {"bad_tool": "2.0.0"}
    assert evening.left_over() == []
    ranges = [headers.get("range", "") for headers in evening.online.web.requests_of(f"/r/{BAD}")]
    assert not any(text.startswith("bytes=-") for text in ranges)


@on_both(RANGES)
def test_an_installation_that_was_cut_off_succeeds_whatever_a_server_makes_of_ranges(
    evening: Evening, fault: str
) -> None:
    evening.online.fail("bad_tool-1.0.0.zip", cut_off(90_000), *[RANGES[fault]()] * TIMES)
    result = evening.run("install", "bad_tool")
    evening.online.work()
    if result.exit_code:
        assert fault in ("400", "403", "404", "501", "short"), result.output
        assert is_named(result, "studio.bad_tool", "fetch."), result.output
        evening.done("install", "bad_tool")
    assert evening.installed() == {"bad_tool": "1.0.0"}
    assert evening.left_over() == []


@on_both(FAULTS)
def test_a_sync_names_the_repository_and_syncs_the_others(evening: Evening, fault: str) -> None:
    evening.publish("2.0.0")
    evening.other.add("night.zip", extension_id="night", kind="theme")
    others_work = evening.break_down("index.json", fault)
    result = evening.run("sync")
    assert result.exit_code == 1, result.output
    assert is_named(result, "studio", FAULTS[fault][2]), result.output
    assert "its last listing is kept" in result.output
    assert "night" in evening.run("search", "night").output or not others_work
    evening.done("install", "gear_tool==1.0.0", "--dry-run")
    evening.work()
    evening.done("sync")
    evening.done("install", "gear_tool==2.0.0", "--dry-run")


@pytest.mark.parametrize("evening", ["fake", "real"], indirect=True)
def test_a_package_that_was_replaced_on_the_server_is_refused_until_it_is_back(
    evening: Evening,
) -> None:
    for with_size, code in ((True, "fetch.hash"), (False, "fetch.size")):
        evening.online.tamper("bad_tool-1.0.0.zip", with_size=with_size)
        result = evening.run("install", "bad_tool")
        assert is_named(result, "studio.bad_tool", code), result.output
    evening.online.work()
    evening.done("install", "bad_tool")


@pytest.mark.parametrize("evening", ["fake", "real"], indirect=True)
def test_a_package_that_is_withdrawn_after_the_sync_is_named(evening: Evening) -> None:
    evening.online.withdraw("bad_tool")
    del evening.online.web.pages["/r/bad_tool-1.0.0.zip"]
    result = evening.run("install", "bad_tool", "gear_tool")
    assert is_named(result, "studio.bad_tool", "fetch.not-found"), result.output
    assert evening.installed() == {"gear_tool": "1.0.0"}
    evening.done("sync")
    assert "install.unknown" in evening.run("install", "bad_tool").output
