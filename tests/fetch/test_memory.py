"""The memory of the fetching process stays bounded, measured from outside."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from extery.fetch import MAX_DOCUMENT_SIZE
from tests.fetch.web import Fault, Web, encoded, raw

brotli = pytest.importorskip("brotli")

MAX_PEAK = 150_000_000
OK = b"HTTP/1.1 200 OK\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
FLOOD = b"[" * (1 << 18)

#: Reads jobs, one a line, and forks for each, so that all are imported once.
FORK_SERVER = textwrap.dedent("""
    import json, os, re, sys
    from pathlib import Path
    from extery.core.errors import ExteryError
    from extery.listing.entries import parse_listing
    from extery.fetch import Fetcher, RetryPolicy, DownloadRequest, download, get_document

    def run(kind, url, folder):
        with Fetcher(retry_policy=RetryPolicy(attempts=1, read=300, max_seconds=300)) as fetcher:
            try:
                if kind == "package":
                    wanted = DownloadRequest(url, 3_000_000, "0" * 64)
                    download(wanted, to=folder / "a", part=folder / "b", fetcher=fetcher)
                else:
                    body = get_document(url, fetcher=fetcher).body
                    if kind == "parse":
                        parse_listing(body)
            except ExteryError as error:
                return error.code
        return "ok"

    while line := sys.stdin.readline():
        kind, url, folder = json.loads(line)
        if not os.fork():
            try:
                code = run(kind, url, Path(folder))
                status = Path("/proc/self/status").read_text()
                peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
                print(json.dumps({"code": code, "peak": peak * 1024}), flush=True)
                os._exit(0)
            finally:
                os._exit(1)
        if os.wait()[1]:
            print(json.dumps({"code": "the process failed", "peak": 0}), flush=True)
""")

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak is read from /proc"
)


Fetch = Callable[[str, str, Path], tuple[str, int]]


@pytest.fixture(scope="module")
def fetched_by_child() -> Iterator[Fetch]:
    """Fetch in a process; return the code of its error, and the most memory that it had."""
    with subprocess.Popen(
        [sys.executable, "-c", FORK_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def fetch(kind: str, url: str, folder: Path) -> tuple[str, int]:
            server.stdin.write(f"{json.dumps([kind, url, str(folder)])}\n")
            server.stdin.flush()
            found = json.loads(server.stdout.readline())
            return found["code"], found["peak"]

        yield fetch


def gzip_of(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


def brotli_of(piece: bytes, times: int) -> bytes:
    packer = brotli.Compressor(quality=5, lgwin=24)
    return b"".join([*(packer.process(piece) for _ in range(times)), packer.finish()])


@cache
def gzip_bomb() -> bytes:
    return gzip_of(bytes(1 << 20), 300)


def nested_brotli() -> bytes:
    return brotli.compress(brotli_of(bytes(1 << 20), 300))


#: Hostile bodies by name, made when they are served, and the expected code of the error.
ATTACKS: dict[str, tuple[Callable[[], Fault], str]] = {
    "gzip bomb": (lambda: encoded(gzip_bomb(), "gzip"), "fetch.too-long"),
    "gzip bomb in members without end": (lambda: raw(GZIP, forever=gzip_bomb()), "fetch.too-long"),
    "gzip of gzip": (
        lambda: encoded(gzip.compress(gzip_bomb()), "gzip", "gzip"),
        "fetch.compressed",
    ),
    "brotli bomb": (lambda: encoded(brotli_of(bytes(1 << 20), 1_000), "br"), "fetch.too-long"),
    "brotli of brotli": (lambda: encoded(nested_brotli(), "br, br"), "fetch.compressed"),
    "identity": (lambda: raw(OK + b"Connection: close\r\n\r\n", forever=FLOOD), "fetch.too-long"),
    "absurd length": (
        lambda: raw(OK + b"Content-Length: 99999999999999999999\r\n\r\n", forever=FLOOD),
        "fetch.too-long",
    ),
    "chunks without end": (
        lambda: raw(CHUNKED, forever=b"40000\r\n" + FLOOD + b"\r\n"),
        "fetch.too-long",
    ),
    "one chunk of 4 GB": (
        lambda: raw(CHUNKED, b"ffffffff\r\n", forever=FLOOD),
        "fetch.too-long",
    ),
    "one chunk extension": (
        lambda: raw(CHUNKED, b"1;", forever=b"x" * 65536),
        "fetch.unreachable",
    ),
    "trailers without end": (
        lambda: raw(CHUNKED, b"1\r\n[\r\n0\r\n", forever=b"a: b\r\n" * 9_000),
        "fetch.unreachable",
    ),
    "headers without end": (lambda: raw(OK, forever=b"a: b\r\n" * 9_000), "fetch.unreachable"),
    "one header without end": (lambda: raw(OK, b"a: ", forever=FLOOD), "fetch.unreachable"),
    "no HTTP": (lambda: raw(forever=FLOOD), "fetch.unreachable"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_fetching_a_hostile_body_needs_bounded_memory(
    web: Web, tmp_path: Path, fetched_by_child: Fetch, name: str
) -> None:
    fault, expected = ATTACKS[name]
    web.fail("/a", fault())

    code, peak = fetched_by_child("listing", f"{web.url}/a", tmp_path)

    assert code == expected
    assert peak < MAX_PEAK


@pytest.mark.parametrize("name", ATTACKS)
def test_downloading_a_hostile_package_needs_bounded_memory_and_leaves_no_file(
    web: Web, tmp_path: Path, fetched_by_child: Fetch, name: str
) -> None:
    web.fail("/a", ATTACKS[name][0]())

    code, peak = fetched_by_child("package", f"{web.url}/a", tmp_path)

    assert code in ("fetch.size", "fetch.compressed", "fetch.unreachable")
    assert peak < 80_000_000
    assert not (tmp_path / "a").exists()
    if code != "fetch.unreachable":
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("piece", [b"[", b"[],", b'{"a":1},', b"1,", b" "])
def test_parsing_hostile_json_needs_bounded_memory(
    web: Web, tmp_path: Path, fetched_by_child: Fetch, piece: bytes
) -> None:
    times = (MAX_DOCUMENT_SIZE - 2) // len(piece)
    web.fail("/a", encoded(gzip.compress(b"[" + piece * times, 1), "gzip"))

    code, peak = fetched_by_child("parse", f"{web.url}/a", tmp_path)

    assert code == ("listing.not-json" if piece == b" " else "fetch.too-long")
    assert peak < MAX_PEAK


@pytest.mark.parametrize(
    "piece",
    ['"😀😀",', '{"😀":"b"},', '"ab",', '{"ab":{}},', '["ab"],', "12345678,"],
)
def test_json_at_the_limits_needs_bounded_memory(
    web: Web, tmp_path: Path, fetched_by_child: Fetch, piece: str
) -> None:
    containers = piece.count("{") + piece.count("[")
    times = MAX_DOCUMENT_SIZE // (80 * containers if containers else 16) - 10
    text = f'{{"data":[{piece * times}"{"x" * (MAX_DOCUMENT_SIZE - 100 - times * len(piece.encode()))}😀"]}}'
    web.fail("/a", encoded(gzip.compress(text.encode(), 1), "gzip"))

    code, peak = fetched_by_child("parse", f"{web.url}/a", tmp_path)

    assert code.startswith("listing.")
    assert peak < MAX_PEAK


def entry(number: int) -> dict[str, object]:
    """About 760 bytes, as real entries have."""
    return {
        "schema_version": "1.0.0",
        "id": f"gear_tool_{number:05}",
        "name": f"Gear tool number {number:05}",
        "tagline": "Makes gears of every size and shape, and moves them, and so on and so on",
        "version": "1.2.3",
        "type": "add-on",
        "maintainer": "Somebody With A Name <somebody@example.org>",
        "license": ["SPDX:GPL-3.0-or-later"],
        "blender_version_min": "4.2.0",
        "website": "https://example.org/extensions/gear-tool",
        "copyright": ["2024 Somebody With A Name"],
        "permissions": {"files": "Import and export of gears", "network": "Looks up sizes"},
        "tags": ["Mesh", "Object"],
        "platforms": ["linux-x64", "windows-x64"],
        "archive_url": f"./gear_tool_{number:05}-1.2.3-0123456789ab.zip",
        "archive_size": 123_456,
        "archive_hash": f"sha256:{number:064}",
    }


def test_a_large_real_listing_is_fetched(web: Web, tmp_path: Path, fetched_by_child: Fetch) -> None:
    listing = {"version": "v1", "blocklist": [], "data": [entry(n) for n in range(10_000)]}
    body = json.dumps(listing).encode()
    assert 7_000_000 < len(body) < MAX_DOCUMENT_SIZE

    web.fail("/a", encoded(gzip.compress(body, 1), "gzip"), encoded(body, "identity"))

    for _ in range(2):
        code, peak = fetched_by_child("listing", f"{web.url}/a", tmp_path)
        assert code == "ok"
        assert peak < MAX_PEAK
    web.fail("/a", encoded(body, "identity"))
    code, peak = fetched_by_child("parse", f"{web.url}/a", tmp_path)
    assert code == "ok"
    assert peak < MAX_PEAK


def test_reading_a_local_file_needs_bounded_memory(tmp_path: Path, fetched_by_child: Fetch) -> None:
    sparse = tmp_path / "index.json"
    with sparse.open("wb") as file:
        file.truncate(10**12)

    for path, expected in (
        (sparse, "fetch.too-long"),
        (Path("/dev/zero"), "fetch.not-found"),
    ):
        code, peak = fetched_by_child("listing", path.as_uri(), tmp_path)
        assert code == expected
        assert peak < 80_000_000
