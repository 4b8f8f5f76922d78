"""The same tests for the fakes and for a real server, which proves the fakes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from extery.client.index.queries import newest
from extery.client.repositories import Repository as StoredRepository
from extery.client.repositories import change_repositories
from extery.client.sync import sync
from extery.client.targets import Target
from extery.core.errors import ExteryError
from extery.fetch import (
    DownloadRequest,
    Fetcher,
    RetryPolicy,
    Validators,
    download,
    get_document,
)
from extery.fetch.deadline import Deadline
from extery.repository.check import check_repository
from extery.repository.mirror.run import mirror
from tests.fakes import FakeClock, FakeFetcher, FakeNetwork, FakeRepository, FakeWeb
from tests.fetch.web import (
    Fault,
    cut_off,
    encoded,
    endless,
    raw,
    redirect,
    serving,
    short_range,
    status,
    tamper,
    wait,
    without_ranges,
)
from tests.repository.hosted import Repository

QUICK = RetryPolicy(attempts=3, first_delay=0.01, max_delay=2.0, read=60.0)
BODY = b'{"version":"v1","blocklist":[],"data":[]}' * 50


@pytest.fixture(params=["fake", "real"])
def repository(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Repository]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    if request.param == "fake":
        yield FakeRepository(tmp_path / "source")
        return
    with serving() as web:
        yield Repository(tmp_path / "source", web)


@pytest.fixture
def new_fetcher(repository: Repository) -> Callable[..., Fetcher]:
    if isinstance(repository, FakeRepository):
        return repository.fetcher
    return Fetcher


@pytest.fixture
def fetcher(new_fetcher: Callable[..., Fetcher]) -> Iterator[Fetcher]:
    with new_fetcher(retry_policy=QUICK) as opened:
        yield opened


def codes(error: pytest.ExceptionInfo[ExteryError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def test_a_document_arrives_compressed_and_is_not_sent_again(
    repository: Repository, fetcher: Fetcher
) -> None:
    url = repository.web.put("/a", BODY) + "?x=1"

    first = get_document(url, fetcher=fetcher)

    assert first is not None
    assert first.body == BODY
    assert first.headers["content-encoding"] == "gzip"
    assert get_document(url, fetcher=fetcher, validators=first.validators) is None
    assert get_document(url, fetcher=fetcher, validators=Validators('"other"')) is not None
    sent = repository.web.requests_of("/a")
    assert [seen.path for seen in repository.web.seen] == ["/a?x=1"] * 3
    assert sent[0]["user-agent"].startswith("extery/")
    assert sent[1]["if-none-match"] == first.validators.etag


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (status(404), "fetch.not-found"),
        (status(403), "fetch.refused"),
        (status(418), "fetch.status"),
        (status(503, Retry_After="999"), "fetch.busy"),
        (redirect("file:///etc/passwd"), "fetch.redirect-unsafe"),
        (redirect("http://127.0.0.1:1/"), "fetch.unreachable"),
        (raw(b""), "fetch.unreachable"),
        (raw(b"garbage\r\n\r\n"), "fetch.unreachable"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), "fetch.unreachable"),
        (cut_off(5), "fetch.unreachable"),
        (endless(), "fetch.too-long"),
        (encoded(b"abc", "br", "zstd"), "fetch.compressed"),
        (wait(90.0), "fetch.time-out"),
    ],
)
def test_a_permanent_fault_is_an_error_with_its_code(
    repository: Repository, new_fetcher: Callable[..., Fetcher], fault: Fault, code: str
) -> None:
    url = repository.web.put("/a", BODY)
    repository.web.fail("/a", *[fault] * 9)
    retry_policy = RetryPolicy(attempts=2, first_delay=0.01, max_delay=2.0, read=0.5)

    with new_fetcher(retry_policy=retry_policy) as fetcher, pytest.raises(ExteryError) as caught:
        get_document(url, fetcher=fetcher)

    assert codes(caught) == [code]


@pytest.mark.parametrize("fault", [status(503), status(429, Retry_After="1"), cut_off(5), raw(b"")])
def test_a_transient_fault_is_retried(
    repository: Repository, fetcher: Fetcher, fault: Fault
) -> None:
    url = repository.web.put("/a", BODY)
    repository.web.fail("/a", fault)

    found = get_document(url, fetcher=fetcher)

    assert found is not None
    assert found.body == BODY
    assert len(repository.web.seen) == 2


def test_a_token_is_sent_to_its_origin_only(
    repository: Repository, new_fetcher: Callable[..., Fetcher]
) -> None:
    url = repository.web.put("/a", BODY)
    other = url.replace("127.0.0.1", "localhost")
    repository.web.fail("/a", redirect(other))

    with new_fetcher(retry_policy=QUICK, token="secret", token_for=url) as fetcher:
        get_document(url, fetcher=fetcher)

    assert [headers.get("authorization") for headers in repository.web.requests_of("/a")] == [
        "Bearer secret",
        None,
    ]


@pytest.mark.parametrize("fault", [cut_off(700), without_ranges(), short_range(10), status(416)])
def test_an_interrupted_download_is_resumed(
    repository: Repository, fetcher: Fetcher, tmp_path: Path, fault: Fault
) -> None:
    url = repository.web.put("/a", BODY)
    repository.web.fail("/a", cut_off(600), fault)
    request = DownloadRequest(url, len(BODY), hashlib.sha256(BODY).hexdigest())

    download(request, to=tmp_path / "a", part=tmp_path / "part", fetcher=fetcher)

    assert (tmp_path / "a").read_bytes() == BODY
    assert "bytes=600-" in [headers.get("range") for headers in repository.web.requests_of("/a")]


def test_tampered_bytes_are_refused(
    repository: Repository, fetcher: Fetcher, tmp_path: Path
) -> None:
    url = repository.web.put("/a", BODY)
    repository.web.fail("/a", tamper())
    request = DownloadRequest(url, len(BODY), hashlib.sha256(BODY).hexdigest())

    with pytest.raises(ExteryError) as caught:
        download(request, to=tmp_path / "a", part=tmp_path / "part", fetcher=fetcher)

    assert codes(caught) == ["fetch.hash"]
    assert not (tmp_path / "a").exists()


def test_a_stopped_fetcher_opens_no_connection(repository: Repository, fetcher: Fetcher) -> None:
    url = repository.web.put("/a", BODY)
    fetcher.stop()

    for action in (
        lambda: fetcher.open(url).__enter__(),
        lambda: fetcher.with_retries(url, lambda: pytest.fail("was called")),
        fetcher.raise_if_stopped,
    ):
        with pytest.raises(ExteryError) as caught:
            action()
        assert codes(caught) == ["fetch.stopped"]
    assert repository.web.seen == []


def test_a_deadline_ends_the_retries(repository: Repository, fetcher: Fetcher) -> None:
    url = f"{repository.web.url}/a"
    repository.web.fail("/a", *[status(503)] * 99)
    deadline = Deadline(0.001)

    with pytest.raises(ExteryError) as caught:
        fetcher.with_retries(url, lambda: fetcher.open(url, {}, deadline).__enter__(), deadline)

    assert codes(caught) == ["fetch.time-out"]


def test_a_repository_publishes_withdraws_and_tampers(
    repository: Repository, fetcher: Fetcher, tmp_path: Path
) -> None:
    repository.add("gear.zip")
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    assert list(check_repository(repository.url, fetcher=fetcher).problems) == []
    assert mirror(repository.url, tmp_path / "m", fetcher=fetcher).is_complete
    # The check follows the links of the page, if there is one.
    files = {"index.json", "index.html", "gear.zip", "dusk.zip"}
    assert set(repository.requested()) == files
    repository.withdraw("dusk")
    repository.web.fail("/r/gear.zip", tamper())

    found = check_repository(repository.url, fetcher=fetcher)

    assert [problem.code for problem in found.problems] == ["server.archive-hash"]
    # A package with other bytes than listed is not read.
    assert (found.entries, found.packages) == (1, 0)


def test_a_fake_clock_advances_only_when_it_sleeps() -> None:
    clock = FakeClock()
    start, epoch = clock.monotonic(), clock.time()

    clock.sleep(3_600)
    clock.sleep(-1)

    assert clock.monotonic() - start == pytest.approx(3_600)
    assert clock.time() - epoch == pytest.approx(3_600)
    assert abs(epoch - time.time()) < 3_600


def test_a_fake_fetcher_waits_on_its_clock() -> None:
    web = FakeWeb()
    url = web.put("/a", BODY)
    web.fail("/a", status(503, Retry_After="50"), wait(20.0))

    with FakeFetcher(web) as fetcher:
        get_document(url, fetcher=fetcher)

        assert fetcher.clock.monotonic() == pytest.approx(50 + 20)


@pytest.fixture(params=["fake", "real"])
def pair(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[list[Repository], Callable[[str, Target], Fetcher]]]:
    """Two repositories, and the network on which a sync finds them."""
    with ExitStack() as stack:
        if request.param == "fake":
            fakes = [FakeRepository(tmp_path / f"r{n}", port=9 - n) for n in range(2)]
            network = stack.enter_context(FakeNetwork(*fakes, retry_policy=QUICK))
            yield [*fakes], network
        else:
            webs = [stack.enter_context(serving()) for _ in range(2)]
            repositories = [Repository(tmp_path / f"r{n}", web) for n, web in enumerate(webs)]
            yield repositories, lambda _url, _target: Fetcher(retry_policy=QUICK)


def test_a_network_syncs_what_is_published_withdrawn_and_broken(
    pair: tuple[list[Repository], Callable[[str, Target], Fetcher]], tmp_path: Path
) -> None:
    (one, two), network = pair
    target = Target(tmp_path / "extensions", (4, 2, 99))
    urls = {"one": one.url, "two": two.url, "gone": "http://127.0.0.1:1/index.json"}
    rows = [StoredRepository(name, url) for name, url in urls.items()]
    change_repositories(target, lambda _: rows)
    seen = []

    def step() -> None:
        [result] = sync([target], fetcher_for=network)
        seen.append([item.status for item in result.repositories])
        seen.append([*newest(target)])

    one.add("gear.zip")
    two.add("dusk.zip", extension_id="dusk", kind="theme")
    step()
    one.add("other.zip", extension_id="other_tool")
    two.fail("index.json", status(403), cut_off(20), times=9)
    step()
    one.withdraw("gear_tool")
    two.work()
    step()
    assert seen == [
        ["updated", "updated", "failed"],
        ["two.dusk", "one.gear_tool"],
        ["updated", "failed", "failed"],
        ["two.dusk", "one.gear_tool", "one.other_tool"],
        ["updated", "unchanged", "failed"],
        ["two.dusk", "one.other_tool"],
    ]


def test_a_package_is_replaced_by_another_one_and_put_back(
    repository: Repository, fetcher: Fetcher, tmp_path: Path
) -> None:
    entry = repository.add("gear.zip")
    request = DownloadRequest(
        f"{repository.web.url}/r/gear.zip",
        entry["archive_size"],
        entry["archive_hash"].removeprefix("sha256:"),
    )

    def attempt() -> str:
        try:
            download(request, to=tmp_path / "a", part=tmp_path / "a.part", fetcher=fetcher)
        except ExteryError as error:
            return error.code
        return "done"

    found = []
    for with_size in (True, False):
        repository.tamper("gear.zip", with_size=with_size)
        found.append(attempt())
    repository.work()
    repository.fail("gear.zip", status(404))
    found += [attempt(), attempt()]
    assert found == ["fetch.hash", "fetch.size", "fetch.not-found", "done"]


def test_the_time_of_a_fake_clock_goes_on_like_the_real_one() -> None:
    fake = FakeClock()
    for clock in (fake, time):
        day, monotonic = clock.time(), clock.monotonic()
        clock.sleep(0.01)
        assert clock.time() - day >= 0.009
        assert clock.monotonic() - monotonic >= 0.009
        assert clock.strftime("%Y", clock.localtime(day)).isdigit()
    monotonic = fake.monotonic()
    fake.set_back(3600)
    assert time.time() - fake.time() > 3500
    assert fake.monotonic() == monotonic
