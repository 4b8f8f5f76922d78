"""The verdict on a wheel is what an index says, and never what it does not say."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from extery.author.wheels import index as index_module
from extery.author.wheels import verification
from extery.author.wheels.index import PackageIndex
from extery.author.wheels.verification import (
    IndexUnavailable,
    WheelVerdict,
    project_of_wheel,
    verify_wheel,
    verify_wheels,
)
from extery.fetch import Fetcher, RetryPolicy
from tests.author.wheels.fake_index import FakeIndex, built_wheel, serving_index
from tests.author.wheels.packages import PURE, sha256, wheel_name
from tests.fetch.web import Fault, endless, raw, redirect, status, wait

WHEEL = wheel_name("gearlib")
DATA = built_wheel("gearlib", "1.0", PURE)
PAGE = "/simple/gearlib/"
#: One attempt, and short time limits.
HASTY = RetryPolicy(attempts=1, read=0.2, connect=0.2, max_seconds=0.5)


@pytest.fixture(params=[False, True], ids=["json", "html"])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeIndex]:
    with serving_index(as_html=request.param) as running:
        yield running


@pytest.fixture
def json_index() -> Iterator[FakeIndex]:
    with serving_index() as running:
        yield running


def verdict(fake: FakeIndex, filename: str = WHEEL, data: bytes = DATA) -> WheelVerdict:
    with Fetcher(retry_policy=HASTY) as fetcher:
        return verify_wheel(filename, sha256(data), PackageIndex(fetcher, fake.url))


def reason(fake: FakeIndex) -> str:
    with pytest.raises(IndexUnavailable) as caught:
        verdict(fake)
    return caught.value.code


def test_the_bytes_of_the_index_are_identical(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")

    found = verdict(fake)

    assert (found.kind, found.yanked, found.is_final) == ("identical", False, True)
    assert found.is_about(WHEEL, sha256(DATA), fake.url)


def test_other_bytes_under_a_name_of_the_index_are_told_with_its_hash(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")

    found = verdict(fake, data=b"forged")

    assert (found.kind, found.index_sha256) == ("other_bytes", sha256(DATA))


def test_a_file_and_a_project_that_the_index_lacks_are_told_apart(fake: FakeIndex) -> None:
    fake.add("gearlib", "2.0")

    assert verdict(fake)[0] == "not_on_index"
    assert verdict(fake).reason == "file"
    assert verdict(fake, "cogs-1.0-py3-none-any.whl").reason == "project"
    assert not verdict(fake).is_final


def test_a_project_that_is_gone_is_not_on_the_index(json_index: FakeIndex) -> None:
    json_index.web.fail(PAGE, status(410))

    assert verdict(json_index).reason == "project"


def test_bytes_under_another_name_are_not_identical(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0")

    found = verdict(fake, "gearlib-1.0-cp311-cp311-win_amd64.whl")

    assert (found.kind, found.reason, found.index_filename) == ("not_on_index", "renamed", WHEEL)


def test_a_withdrawn_file_is_told(fake: FakeIndex) -> None:
    fake.add("gearlib", "1.0", yanked="it is broken")

    found = verdict(fake)

    assert (found.kind, found.yanked) == ("identical", True)


@pytest.mark.parametrize("hashes", [{}, {"md5": "0" * 32}, {"sha256": "zz"}, None])
def test_a_file_without_a_hash_cannot_be_compared(json_index: FakeIndex, hashes: object) -> None:
    json_index.entry("gearlib", WHEEL, DATA, hashes=hashes)

    assert verdict(json_index).kind == "not_comparable"


def test_a_file_of_an_unsafe_address_is_not_missing(json_index: FakeIndex) -> None:
    json_index.entry("gearlib", WHEEL, DATA, url="ftp://127.0.0.1/gearlib-1.0-py3-none-any.whl")

    assert verdict(json_index).kind == "not_comparable"


def test_names_are_compared_by_their_normal_form(json_index: FakeIndex) -> None:
    json_index.entry("gear-lib", "Gear.Lib-1.0-py3-none-any.whl", DATA)

    assert verdict(json_index, "Gear.Lib-1.0-py3-none-any.whl").kind == "identical"
    assert [seen.path for seen in json_index.web.seen] == ["/simple/gear-lib/"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (status(500), "fetch.busy"),
        (status(503), "fetch.busy"),
        (status(401), "fetch.refused"),
        (status(403), "fetch.refused"),
        (status(204), "fetch.status"),
        (status(418), "fetch.status"),
        (redirect("ftp://127.0.0.1/"), "fetch.redirect-unsafe"),
        (redirect("file:///etc/passwd"), "fetch.redirect-unsafe"),
        (redirect(PAGE), "fetch.redirects"),
        (endless(), "fetch.time-out"),
        (wait(0.6), "fetch.time-out"),
        (raw(b"SSH-2.0-x\r\n"), "fetch.unreachable"),
        (raw(b""), "fetch.unreachable"),
        (raw(b"HTTP/1.1 200 OK\r\n", forever=b"X: y\r\n", pause=0.05), "fetch.time-out"),
    ],
    ids=range(14),
)
def test_an_index_that_does_not_answer_gives_no_verdict(
    json_index: FakeIndex, fault: Fault, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "MAX_PAGE", 10_000_000_000)
    json_index.web.fail(PAGE, *[fault] * 12)

    assert reason(json_index) == code


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"{",
        b"null",
        b"{}",
        b'{"files": null}',
        b'{"files": [3]}',
        b'{"files": [{"filename": "gearlib-1.0-py3-none-any.whl"}]}',
        b'{"message": "rate limit"}',
        b'{"meta": {"api-version": "2.0"}, "files": []}',
        b'{"meta": {"api-version": 1}, "files": []}',
        b'{"meta": null, "files": []}',
        b'{"files": ' + b"[" * 3000,
        b"\xff\xfe\x00",
        b"<html><body><form action='/login'><a href='/help.html'>Help</a></form></body></html>",
        b"<a href='cogs-1.0-py3-none-any.whl'>of another project</a>",
        b"404 page not found",
    ],
)
def test_an_answer_that_is_no_page_of_an_index_gives_no_verdict(
    json_index: FakeIndex, page: bytes
) -> None:
    json_index.web.put(PAGE, page)

    assert reason(json_index) == "library.page"


def test_an_empty_page_with_the_version_of_the_index_is_an_answer(json_index: FakeIndex) -> None:
    meta = b'<!DOCTYPE html><head><meta name="pypi:repository-version" content="1.0"></head>'
    json_index.web.put(PAGE, meta)

    assert verdict(json_index).reason == "file"


def test_a_page_that_was_cut_does_not_say_that_a_file_is_missing(
    fake: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "MAX_FILES", 3)
    for number in range(4):
        fake.add("gearlib", f"2.{number}", source=False)

    assert reason(fake) == "library.page"


def test_a_page_that_is_too_large_gives_no_verdict(
    json_index: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "MAX_PAGE", 1000)
    json_index.web.put(PAGE, b'{"files": []' + b" " * 2000 + b"}")

    assert reason(json_index) == "fetch.too-long"


@pytest.mark.parametrize(
    "filename",
    [
        "../../etc-1.0-py3-none-any.whl",
        "..%2f..%2fx-1.0-py3-none-any.whl",
        "a?b=c-1.0-py3-none-any.whl",
        "a#b-1.0-py3-none-any.whl",
        "a b-1.0-py3-none-any.whl",
        "gеarlib-1.0-py3-none-any.whl",  # a Cyrillic letter
        "gearlib\n-1.0-py3-none-any.whl",
        f"{'a' * 300}-1.0-py3-none-any.whl",
        f"gearlib-{'1' * 10_000}-py3-none-any.whl",
        "gearlib.whl",
        "gearlib-1.0-py3-none-any.zip",
        "-1.0-py3-none-any.whl",
        "___-1.0-py3-none-any.whl",
        "",
    ],
    ids=range(14),
)
def test_a_name_that_is_none_never_reaches_the_index(json_index: FakeIndex, filename: str) -> None:
    found = verdict(json_index, filename)

    assert (found.kind, found.reason) == ("not_on_index", "name")
    assert project_of_wheel(filename) == ""
    assert json_index.web.seen == []


def test_an_index_that_is_down_is_asked_a_few_times_only(json_index: FakeIndex) -> None:
    wheels = [(wheel_name(f"lib{number}"), "0" * 64) for number in range(50)]
    for number in range(50):
        json_index.web.fail(f"/simple/lib{number}/", status(503))

    with Fetcher(retry_policy=HASTY) as fetcher:
        answers = verify_wheels(wheels, PackageIndex(fetcher, json_index.url))

    assert all(isinstance(answer, IndexUnavailable) for answer in answers.values())
    assert len(answers) == 50
    assert len(json_index.web.seen) <= 8


def test_an_index_that_is_slow_is_not_asked_for_ever(
    json_index: FakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "MAX_SECONDS", 0.0)

    assert reason(json_index) == "fetch.time-out"
    assert json_index.web.seen == []


def test_one_page_that_cannot_be_read_leaves_the_others(json_index: FakeIndex) -> None:
    json_index.add("gearlib", "1.0")
    json_index.web.put("/simple/cogs/", b"{")
    cogs = (wheel_name("cogs"), "0" * 64)

    with Fetcher(retry_policy=HASTY) as fetcher:
        index = PackageIndex(fetcher, json_index.url)
        answers = verify_wheels([(WHEEL, sha256(DATA)), cogs], index)

    assert isinstance(answers[cogs], IndexUnavailable)
    assert answers[WHEEL, sha256(DATA)].kind == "identical"  # type: ignore[union-attr]


def test_a_verdict_survives_json_and_has_no_credentials(json_index: FakeIndex) -> None:
    json_index.add("gearlib", "1.0")
    with Fetcher() as fetcher:
        url = json_index.url.replace("://", "://ada:secret7@")
        found = verify_wheel(WHEEL, sha256(DATA), PackageIndex(fetcher, url))

    text = json.dumps(found.as_dict())

    assert "secret7" not in text
    assert WheelVerdict.from_dict(json.loads(text)) == found
    with pytest.raises(ValueError, match="not a verdict"):
        WheelVerdict.from_dict({**found.as_dict(), "kind": "fine"})
