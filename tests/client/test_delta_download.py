"""A delta download gives the identical package for fewer bytes, or nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extery.client.delta_download import DeltaResult, download_delta
from extery.client.delta_plan import MAX_RANGES
from extery.core.errors import ExteryError
from extery.fetch import DownloadRequest, Fetcher, RetryPolicy, download
from tests.fakes import FakeFetcher, FakeWeb
from tests.fetch.web import (
    Fault,
    Handler,
    Web,
    cut_off,
    encoded,
    endless,
    no_fault,
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
from tests.zips.tools import WRITERS, Files, by_zipfile, noise, text, wheel

QUICK = RetryPolicy(attempts=3, first_delay=0.01, max_delay=2.0, connect=2.0, read=5.0)
PATH = "/new.zip"


class Update:
    """An update from one package to another on a server."""

    def __init__(self, folder: Path, web: Web, fetcher: Fetcher) -> None:
        self.web, self.fetcher = web, fetcher
        self.old, self.to, self.part = folder / "old.zip", folder / "to.zip", folder / "a.part"
        self.to.write_bytes(b"before")
        self.progress = 0

    def prepare(self, old: bytes, new: bytes) -> None:
        self.old.write_bytes(old)
        self.new = new
        url = self.web.put(PATH, new)
        self.request = DownloadRequest(url, len(new), hashlib.sha256(new).hexdigest())

    def run(self) -> DeltaResult | None:
        return download_delta(
            self.request,
            old=self.old,
            to=self.to,
            part=self.part,
            fetcher=self.fetcher,
            on_progress=self._count,
        )

    def succeeds(self) -> DeltaResult:
        result = self.run()
        assert result is not None
        assert self.to.read_bytes() == self.new
        assert self.progress == len(self.new)
        assert not self.part.exists()
        assert not self.part.with_name("a.part.etag").exists()
        assert result.requests >= len(self.web.seen) - 1
        return result

    def is_refused(self) -> bool:
        """Return whether nothing is done, and a whole download with the same part file succeeds."""
        is_unchanged = self.run() is None and self.to.read_bytes() == b"before"
        is_unchanged = is_unchanged and self.progress == 0
        self.web.faults.clear()
        self.download()
        return is_unchanged

    def download(self) -> None:
        download(
            self.request,
            to=self.to,
            part=self.part,
            fetcher=self.fetcher,
            on_progress=self._count,
        )
        assert self.to.read_bytes() == self.new
        assert self.progress == len(self.new)

    def _count(self, size: int) -> None:
        self.progress += size


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(retry_policy=QUICK) as quick:
        yield quick


@pytest.fixture
def update(tmp_path: Path, web: Web, fetcher: Fetcher) -> Update:
    return Update(tmp_path, web, fetcher)


def old_files() -> dict[str, bytes]:
    return {
        "blender_manifest.toml": b'id = "gear_tool"\nversion = "1.0.0"\n',
        "__init__.py": text(9_000, "init"),
        "model.bin": noise(200_000, "model"),
        "big.py": text(150_000, "big"),
        "picture.png": noise(90_000, "picture"),
        "empty.py": b"",
        **wheel("numbers-1.0-py3-none-any.whl", {"numbers/a.so": noise(120_000, "a")}),
    }


def new_files() -> dict[str, bytes]:
    return old_files() | {
        "blender_manifest.toml": b'id = "gear_tool"\nversion = "1.1.0"\n',
        "__init__.py": text(9_500, "new init"),
    }


@pytest.mark.parametrize("writer", WRITERS)
def test_only_changed_members_are_fetched(update: Update, writer: str) -> None:
    write = WRITERS[writer]
    update.prepare(write(old_files(), 0), write(new_files(), 0))

    result = update.succeeds()

    assert result.fetched < 0.06 * len(update.new)
    assert result.saved == len(update.new) - result.fetched
    assert result.requests <= 3


@pytest.mark.parametrize("writer", sorted({*WRITERS} - {"info-zip"}))
def test_new_times_of_all_members_cost_nothing(update: Update, writer: str) -> None:
    write = WRITERS[writer]
    update.prepare(write(old_files(), 3), write(new_files(), 40))

    assert update.succeeds().fetched < 0.06 * len(update.new)


def test_a_new_name_of_the_folder_costs_nothing(update: Update) -> None:
    for_new = {f"tool-1.1/{name}": data for name, data in new_files().items()}
    for_old = {f"tool-1.0/{name}": data for name, data in old_files().items()}
    update.prepare(by_zipfile(for_old), by_zipfile(for_new))

    assert update.succeeds().fetched < 0.06 * len(update.new)


def test_another_order_of_members_costs_nothing(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(dict(reversed(new_files().items()))))

    assert update.succeeds().fetched < 0.06 * len(update.new)


def test_unchanged_members_of_a_changed_wheel_are_not_fetched(update: Update) -> None:
    def files(version: str) -> Files:
        contents = {f"data/{number}.py": text(20_000, number) for number in range(40)}
        contents["data/changed.py"] = text(20_000, version)
        contents[f"data-{version}.dist-info/LICENSE"] = text(30_000, "licence")
        return old_files() | wheel(f"data-{version}-py3-none-any.whl", contents)

    update.prepare(by_zipfile(files("1.0")), by_zipfile(files("1.1")))

    result = update.succeeds()

    assert result.fetched < 0.06 * len(update.new)
    assert result.requests <= 5


def test_a_wheel_that_is_no_zip_is_fetched(update: Update) -> None:
    name = "wheels/broken-1-py3-none-any.whl"
    update.prepare(
        by_zipfile(old_files() | {name: noise(80_000, 1)}),
        by_zipfile(old_files() | {name: noise(80_000, 2)}),
    )

    result = update.succeeds()

    assert 80_000 < result.fetched < 110_000


def test_many_scattered_changes_need_few_requests(update: Update) -> None:
    def files(version: int) -> Files:
        same = {f"{number:04}a.bin": noise(9_000, number) for number in range(300)}
        changed = {f"{number:04}b.bin": noise(100, (version, number)) for number in range(300)}
        return dict(sorted((same | changed).items()))

    update.prepare(by_zipfile(files(1)), by_zipfile(files(2)))

    assert update.run() is None
    assert len(update.web.seen) <= MAX_RANGES


def test_large_changes_are_fetched_in_pieces(update: Update) -> None:
    update.prepare(
        by_zipfile({"a.png": noise(5_000_000, "same"), "b.png": noise(5_000_000, "old")}),
        by_zipfile({"a.png": noise(5_000_000, "same"), "b.png": noise(5_000_000, "new")}),
    )

    result = update.succeeds()

    assert 5_000_000 < result.fetched < 5_010_000
    assert result.requests == 4


def test_the_same_package_under_another_name_needs_its_directory_only(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(old_files()))

    assert update.succeeds().fetched < 10_000


def test_the_old_package_may_be_the_one_that_is_replaced(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.to = update.old

    assert update.succeeds().saved > 0


def test_a_local_repository_works_too(update: Update, tmp_path: Path) -> None:
    new = by_zipfile(new_files())
    update.prepare(by_zipfile(old_files()), new)
    (tmp_path / "source.zip").write_bytes(new)
    update.request = DownloadRequest(
        (tmp_path / "source.zip").as_uri(), len(new), update.request.sha256
    )

    assert update.succeeds().fetched < 0.06 * len(new)


def test_a_redirect_is_followed_once(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.web.fail("/moved", redirect(update.request.url))
    update.request = DownloadRequest(
        f"{update.web.url}/moved", update.request.size, update.request.sha256
    )

    assert update.succeeds().saved > 0

    assert [seen.path for seen in update.web.seen].count("/moved") == 1


# Reasons for a whole download


def test_small_packages_are_not_worth_a_delta(update: Update) -> None:
    files = {"__init__.py": text(30_000, 1)}
    update.prepare(by_zipfile(files), by_zipfile(files | {"new.py": b""}))

    assert update.is_refused()
    assert len(update.web.seen) == 1


def test_packages_with_nothing_in_common_cost_one_small_request(update: Update) -> None:
    update.prepare(
        by_zipfile({"a.bin": noise(300_000, 1)}), by_zipfile({"a.bin": noise(300_000, 2)})
    )

    assert update.is_refused()
    assert len(update.web.seen) == 2


@pytest.mark.parametrize("old", [b"", b"not a zip", b"PK\x05\x06" + bytes(18), noise(90_000, 1)])
def test_an_old_package_that_cannot_be_read_is_not_used(update: Update, old: bytes) -> None:
    update.prepare(old, by_zipfile(new_files()))

    assert update.is_refused()


def test_a_missing_old_package_is_not_used(update: Update) -> None:
    update.prepare(b"", by_zipfile(new_files()))
    update.old.unlink()

    assert update.is_refused()


def test_an_old_package_that_is_a_pipe_is_not_opened(update: Update) -> None:
    update.prepare(b"", by_zipfile(new_files()))
    update.old.unlink()
    os.mkfifo(update.old)

    assert update.is_refused()


def test_a_damaged_old_package_does_no_harm(update: Update) -> None:
    old = bytearray(by_zipfile(old_files()))
    old[100_000] ^= 1
    update.prepare(bytes(old), by_zipfile(new_files()))

    assert update.is_refused()


def test_a_new_package_that_is_no_zip_is_downloaded_whole(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), noise(500_000, 1))

    assert update.is_refused()


def test_encrypted_members_are_not_reused(update: Update) -> None:
    def encrypt(data: bytes) -> bytes:
        """Set the flag of every member, as if its data were encrypted."""
        marked = bytearray(data)
        for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = marked.find(signature)
            while place >= 0:
                marked[place + at] |= 1
                place = marked.find(signature, place + 4)
        return bytes(marked)

    update.prepare(encrypt(by_zipfile(old_files())), encrypt(by_zipfile(new_files())))

    assert update.is_refused()


def _gzip(data: bytes) -> Fault:
    return encoded(data, "gzip")


FAULTS: dict[str, Fault] = {
    "whole file": without_ranges(),
    **{str(number): refuse_ranges(number) for number in (400, 403, 404, 416, 429, 500, 501, 503)},
    "busy": status(503, Retry_After="3600"),
    "cut off": cut_off(50),
    "short": short_range(100),
    "tampered": tamper(),
    "web page": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"),
    "compressed": _gzip(b"abc"),
    "no HTTP": raw(b"\x00" * 100),
    "nothing": raw(),
    "no content": status(204),
    "redirects in a circle": redirect(PATH),
    "insecure": redirect("file:///etc/passwd"),
    "without end": endless(),
    "another range": state_range("bytes 0-9/10"),
    "many digits": state_range("bytes 0-" + "9" * 4_000 + "/*"),
    "many ranges": raw(
        b"HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\n"
        b"Content-Type: multipart/byteranges; boundary=x\r\n\r\n--x\n"
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_any_doubt_leads_to_a_whole_download(update: Update, fault: str, at: int) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.web.fail(PATH, *[no_fault()] * at, *[FAULTS[fault]] * 100)

    result = update.run()

    if result is None:
        assert update.progress == 0
        assert update.to.read_bytes() == b"before"
        assert len(update.web.seen) < 30
        update.web.faults.clear()
        update.download()
    else:  # fewer requests were needed
        assert at == 2
        assert update.to.read_bytes() == update.new


def test_an_error_for_suffix_ranges_does_not_matter(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    def refuse_suffixes(handler: Handler, body: bytes) -> bool:
        is_suffix = handler.headers.get("Range", "").startswith("bytes=-")
        return is_suffix and status(501)(handler, body)

    update.web.fail(PATH, *[refuse_suffixes] * 9)

    assert update.succeeds().saved > 0


def test_a_package_that_changes_between_requests_is_not_mixed(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    def change(handler: Handler, body: bytes) -> bool:
        update.web.put(PATH, body[::-1])
        return False

    update.web.fail(PATH, change)

    assert update.run() is None
    assert update.to.read_bytes() == b"before"
    with pytest.raises(ExteryError) as caught:
        update.download()
    assert caught.value.code == "fetch.hash"


def test_another_entity_tag_between_requests_leads_to_a_whole_download(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.web.fail(PATH, no_fault(), state_etag('"other"'))

    assert update.is_refused()


def test_a_server_without_validators_is_verified_by_the_hash(update: Update) -> None:
    update.web.has_etags = False
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    assert update.succeeds().requests <= 3


def test_a_listing_with_another_hash_gets_nothing(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.request = DownloadRequest(update.request.url, update.request.size, "0" * 64)

    assert update.run() is None
    assert update.to.read_bytes() == b"before"
    assert not update.part.exists()


@pytest.mark.parametrize("difference", [-1, 1, 10**6, 10**12])
def test_a_listing_with_another_size_gets_nothing(update: Update, difference: int) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    size = update.request.size + difference
    update.request = DownloadRequest(update.request.url, size, update.request.sha256)

    assert update.run() is None
    assert update.to.read_bytes() == b"before"


def test_an_old_package_of_many_files_does_not_cost_more_bytes(update: Update) -> None:
    many = {f"{number:05}.py": b"" for number in range(3_000)}
    update.prepare(by_zipfile(many), by_zipfile({"a.bin": noise(200_000, 1)}))

    assert update.run() is None
    assert (
        update.web.seen[0].headers["range"]
        == f"bytes={len(update.new) * 3 // 4 + 1}-{len(update.new) - 1}"
    )


def test_a_directory_that_claims_to_be_huge_is_not_fetched(update: Update) -> None:
    new = bytearray(by_zipfile({"a.png": noise(20_000_000, 1)}))
    new[-12:-4] = (len(new) - 22).to_bytes(4, "little") + bytes(4)
    update.prepare(by_zipfile(old_files()), bytes(new))

    assert update.run() is None
    assert len(update.web.seen) == 1


def test_a_stopped_fetcher_is_an_error(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))

    def stop(handler: Handler, body: bytes) -> bool:
        update.fetcher.stop()
        return False

    update.web.fail(PATH, stop)

    with pytest.raises(ExteryError) as caught:
        update.run()
    assert caught.value.code == "fetch.stopped"


# Part files


def test_an_interrupted_delta_is_resumed(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.part.write_bytes(update.new[:120_000])

    result = update.succeeds()

    assert result.saved == len(update.new) - 120_000 - result.fetched


def test_a_whole_download_resumes_an_interrupted_delta(update: Update) -> None:
    update.prepare(
        by_zipfile({"a.png": noise(300_000, 1), "b.png": noise(90_000, 2), "c.png": b""}),
        by_zipfile({"a.png": noise(300_000, 1), "b.png": noise(90_000, 3), "c.png": b""}),
    )
    update.web.fail(PATH, no_fault(), *[status(501)] * 9)
    assert update.run() is None
    update.web.faults.clear()

    update.download()

    assert int(update.web.seen[-1].headers["range"][6:-1]) >= 300_000
    assert update.web.seen[-1].headers["if-range"].startswith('"')


def test_a_nearly_complete_part_file_is_left_to_the_whole_download(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.part.write_bytes(update.new[:-100])

    assert update.is_refused()


@pytest.mark.parametrize("size", [100, 100_000, 10**6])
def test_a_damaged_part_file_is_dropped(update: Update, size: int) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.part.write_bytes(noise(size, "damage"))

    assert update.is_refused()


def test_a_link_in_place_of_the_part_file_is_not_followed(update: Update, tmp_path: Path) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    (tmp_path / "precious").write_bytes(b"data")
    update.part.symlink_to(tmp_path / "precious")

    assert update.succeeds().saved > 0
    assert (tmp_path / "precious").read_bytes() == b"data"


def test_a_folder_that_cannot_be_written_leads_to_the_error_of_the_download(
    update: Update, tmp_path: Path
) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    (tmp_path / "file").write_bytes(b"")
    update.part = tmp_path / "file" / "a.part"

    assert update.run() is None
    with pytest.raises((ExteryError, OSError)):
        update.download()


def test_slow_ranges_are_fetched_at_the_same_time(update: Update) -> None:
    files = {f"{number}a.png": noise(40_000, number) for number in range(12)}
    update.prepare(
        by_zipfile(files | {f"{number}b.png": noise(9_000, number) for number in range(12)}),
        by_zipfile(
            dict(
                sorted(
                    (
                        files
                        | {f"{number}b.png": noise(9_000, -number - 1) for number in range(12)}
                    ).items()
                )
            )
        ),
    )
    update.web.fail(PATH, *[wait(0.05)] * 20)

    result = update.succeeds()

    assert result.requests == 13
    assert update.web.busiest > 1


# Any two packages

names = st.sampled_from(
    ["__init__.py", "a.bin", "b.png", "c/d.py", "tool-1.0/x", "ü.py", "wheels/w-1-py3-none-any.whl"]
)
contents = st.tuples(st.integers(0, 3), st.sampled_from([0, 10, 9_000, 70_000]), st.booleans())
trees = st.dictionaries(names, contents, min_size=1, max_size=7)


def make(tree: dict[str, tuple[int, int, bool]], writer: str, day: int) -> bytes:
    """Write random files; a wheel has some of the other files as its members."""
    files = {}
    for name, (seed, size, is_text) in tree.items():
        files[name] = (text if is_text else noise)(size, seed)
        if name.endswith(".whl"):
            inner = {f"m{number}": noise(30_000, number) for number in range(seed, seed + 4)}
            files[name] = WRITERS[writer](inner, day) if is_text else files[name]
    return WRITERS[writer](files, day)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    old=trees,
    new=trees,
    writers=st.tuples(st.sampled_from(sorted(WRITERS)), st.sampled_from(sorted(WRITERS))),
    day=st.integers(0, 50),
    prefix=st.none() | st.integers(0, 400_000),
    is_damaged=st.booleans(),
    damage=st.none() | st.tuples(st.integers(1, 300), st.integers(0, 255)),
)
def test_any_two_packages_give_the_identical_one_or_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    old: dict[str, tuple[int, int, bool]],
    new: dict[str, tuple[int, int, bool]],
    writers: tuple[str, str],
    day: int,
    prefix: int | None,
    is_damaged: bool,
    damage: tuple[int, int] | None,
) -> None:
    web = FakeWeb()
    with FakeFetcher(web) as fetcher:
        update = Update(tmp_path_factory.mktemp("update"), web, fetcher)
        damaged = bytearray(make(old, writers[0], 0))
        if is_damaged:
            damaged[len(damaged) // 3] ^= 1
        package = bytearray(make(new, writers[1], day))
        if damage is not None:  # in the directory: the listing has the hash of the damaged package
            package[-min(damage[0], len(package))] = damage[1]
        update.prepare(bytes(damaged), bytes(package))
        if prefix is not None:
            update.part.write_bytes(update.new[:prefix])

        if update.run() is None:
            assert update.progress == 0
            update.download()
        assert update.to.read_bytes() == update.new
        assert update.progress == len(update.new)
