"""Compressed responses: one requested encoding, decoded within the limit."""

from __future__ import annotations

import gzip
import types
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.core.errors import Corrupt, ExteryError, Unavailable
from extery.fetch import DownloadRequest, Fetcher, decoding, download, get_document
from tests.fetch.conftest import QUICK
from tests.fetch.web import Web, encoded, raw

brotli = pytest.importorskip("brotli")

BODY = b'{"version":"v1","blocklist":[],"data":[]}' * 5_000


def fetched(web: Web, fetcher: Fetcher, **options: int) -> bytes:
    found = get_document(f"{web.url}/a", fetcher=fetcher, **options)
    assert found is not None
    return found.body


def code_of(web: Web, fetcher: Fetcher, **options: int) -> str:
    with pytest.raises(ExteryError) as caught:
        get_document(f"{web.url}/a", fetcher=fetcher, **options)
    return caught.value.code


@pytest.mark.parametrize(
    ("pack", "encoding"),
    [
        (gzip.compress, "gzip"),
        (gzip.compress, "GZip"),
        (gzip.compress, "x-gzip"),
        (brotli.compress, "br"),
        (bytes, "identity"),
        (bytes, ""),
    ],
)
def test_one_encoding_is_unpacked(
    web: Web, fetcher: Fetcher, pack: Callable[[bytes], bytes], encoding: str
) -> None:
    web.fail("/a", encoded(pack(BODY), encoding))

    assert fetched(web, fetcher) == BODY


@pytest.mark.parametrize(
    "encodings",
    [
        ["gzip, gzip"],
        ["gzip", "gzip"],
        ["gzip, br"],
        ["br", "gzip"],
        ["identity, gzip"],
        ["gzip", "identity"],
        ["deflate"],
        ["zstd"],
        ["gzip;q=1"],
        ["x" * 50_000],
        ["\xe9"],
    ],
    ids=lambda names: ",".join(names)[:20],
)
def test_nested_and_unrequested_encodings_are_refused(
    web: Web, fetcher: Fetcher, encodings: list[str]
) -> None:
    web.fail("/a", encoded(gzip.compress(gzip.compress(BODY)), *encodings))

    with pytest.raises(Corrupt) as caught:
        get_document(f"{web.url}/a", fetcher=fetcher)

    assert caught.value.code == "fetch.compressed"
    assert len(str(caught.value)) < 2_000
    assert len(web.seen) == 1


def test_a_response_requested_without_compression_is_not_decoded(
    web: Web, fetcher: Fetcher
) -> None:
    web.fail("/a", encoded(gzip.compress(BODY), "gzip"))

    with pytest.raises(Corrupt) as caught:
        get_document(f"{web.url}/a", fetcher=fetcher, compressed=False)
    assert caught.value.code == "fetch.compressed"


def test_a_compressed_package_is_refused(web: Web, fetcher: Fetcher, tmp_path: Path) -> None:
    web.fail("/a", encoded(gzip.compress(BODY), "gzip"))
    part, wanted = (
        tmp_path / "a.part",
        DownloadRequest(f"{web.url}/a", len(gzip.compress(BODY)), "0" * 64),
    )

    with pytest.raises(Corrupt) as caught:
        download(wanted, to=tmp_path / "a.zip", part=part, fetcher=fetcher)

    assert caught.value.code == "fetch.compressed"
    assert list(tmp_path.iterdir()) == []


def test_gzip_in_several_members_is_unpacked(web: Web, fetcher: Fetcher) -> None:
    web.fail(
        "/a", encoded(gzip.compress(BODY) + gzip.compress(b"") + gzip.compress(b"end"), "gzip")
    )

    assert fetched(web, fetcher) == BODY + b"end"


def test_gzip_in_too_many_members_is_refused(
    web: Web, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_GZIP_MEMBERS", 10)
    web.fail(
        "/a", encoded(gzip.compress(b"") * 10, "gzip"), encoded(gzip.compress(b"") * 11, "gzip")
    )

    assert fetched(web, fetcher) == b""
    assert code_of(web, fetcher) == "fetch.encoding"


@pytest.mark.parametrize("rest", [b"x", b"\0" * 100, b"\x1f\x8b\x08garbage", BODY])
@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_trailing_data_is_refused(web: Web, fetcher: Fetcher, encoding: str, rest: bytes) -> None:
    packed = gzip.compress(BODY) if encoding == "gzip" else brotli.compress(BODY)
    web.fail("/a", encoded(packed + rest, encoding))

    assert code_of(web, fetcher) == "fetch.encoding"


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_damaged_data_is_an_error(web: Web, fetcher: Fetcher, encoding: str) -> None:
    packed = bytearray(gzip.compress(BODY) if encoding == "gzip" else brotli.compress(BODY))
    packed[len(packed) // 2] ^= 0xFF
    packed[-3] ^= 0xFF
    web.fail("/a", *[encoded(bytes(packed), encoding)] * QUICK.attempts)

    assert code_of(web, fetcher) in ("fetch.encoding", "fetch.cut-off")


@pytest.mark.parametrize("data", [b"", b"\x1f", gzip.compress(BODY)[:-1]])
def test_compressed_data_without_an_end_is_cut_off(web: Web, fetcher: Fetcher, data: bytes) -> None:
    web.fail("/a", *[encoded(data, "gzip")] * QUICK.attempts)

    with pytest.raises(Unavailable) as caught:
        get_document(f"{web.url}/a", fetcher=fetcher)
    assert caught.value.code == "fetch.cut-off"
    assert len(web.seen) == QUICK.attempts


def test_compressed_data_that_is_cut_off_once_is_fetched_again(web: Web, fetcher: Fetcher) -> None:
    packed = gzip.compress(BODY)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    web.fail("/a", raw(head, packed[:100]), encoded(packed, "gzip"))

    assert fetched(web, fetcher) == BODY


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_unpacking_stops_at_the_limit(web: Web, fetcher: Fetcher, encoding: str) -> None:
    packed = gzip.compress(BODY) if encoding == "gzip" else brotli.compress(BODY)
    web.fail("/a", *[encoded(packed, encoding)] * 2)

    assert fetched(web, fetcher, limit=len(BODY)) == BODY
    assert code_of(web, fetcher, limit=len(BODY) - 1) == "fetch.too-long"


def test_compressed_bytes_count_too(web: Web, fetcher: Fetcher) -> None:
    """Deflate has blocks without content, so that a body without end can unpack to nothing."""
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(b"x") + packer.flush(zlib.Z_FULL_FLUSH)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    empty_blocks = packer.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff"
    web.fail("/a", raw(head, start, forever=empty_blocks * 1_000))

    assert code_of(web, fetcher, limit=1_000_000) == "fetch.too-long"


@pytest.mark.parametrize("library", [None, types.SimpleNamespace(Decompressor=object)])
def test_brotli_is_requested_only_if_its_output_can_be_bounded(
    web: Web, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, library: object
) -> None:
    def imported(name: str) -> object:
        if library is None:
            raise ImportError(name)
        return library

    decoding._brotli.cache_clear()
    monkeypatch.setattr(decoding, "import_module", imported)
    try:
        web.fail("/a", encoded(brotli.compress(BODY), "br"))
        assert code_of(web, fetcher) == "fetch.compressed"
        assert web.seen[0].headers["accept-encoding"] == "gzip"
    finally:
        decoding._brotli.cache_clear()
