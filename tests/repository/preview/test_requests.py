"""Requests of a preview: types, conditions, ranges, compression."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from tests.repository.preview.site import BODY, Site


def test_files_come_with_their_type_and_size(folder: Path, site: Site) -> None:
    (folder / "sub").mkdir()
    types = {
        "a.zip": "application/zip",
        "a.html": "text/html; charset=utf-8",
        "a.svg": "image/svg+xml",
        "a.png": "image/png",
        "a.gears": "application/octet-stream",
        "sub/a b.css": "text/css; charset=utf-8",
    }
    for name, kind in types.items():
        (folder / name).write_bytes(b"12345")
        answer = site.ask(f"/{name.replace(' ', '%20')}?v=1")
        assert (answer.status, answer.body) == (200, b"12345")
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-length"] == "5"


def test_a_folder_url_serves_its_page(folder: Path, site: Site) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "index.html").write_text("below")

    assert site.ask("/").body == b"<h1>Hello</h1>"
    assert site.ask("/sub").headers["location"] == "/sub/"
    assert site.ask("/sub/").body == b"below"
    (folder / "index.html").unlink()
    assert site.ask("/").status == 404


def test_a_head_has_the_headers_of_a_get(site: Site) -> None:
    head, got = site.ask("/index.json", "HEAD"), site.ask("/index.json")

    assert head.body == b""
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}
    assert got.body == BODY


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_methods_that_write_are_refused(site: Site, method: str) -> None:
    answer = site.ask("/index.json", method)

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_unchanged_files_are_not_sent_again(folder: Path, site: Site) -> None:
    first = site.ask("/index.json")
    etag, modified = first.headers["etag"], first.headers["last-modified"]

    for headers in (
        {"If_None_Match": etag},
        {"If_None_Match": f'"other", W/{etag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": modified},
    ):
        answer = site.ask("/index.json", **headers)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
    # The tag is the better witness.
    assert site.ask("/index.json", If_None_Match='"x"', If_Modified_Since=modified).status == 200
    assert site.ask("/index.json", If_Modified_Since="nonsense").status == 200
    (folder / "index.json").write_bytes(BODY + b" ")
    assert site.ask("/index.json", If_None_Match=etag).status == 200


@pytest.mark.parametrize(
    ("requested", "start", "stop"),
    [("0-9", 0, 10), ("10-", 10, None), ("-7", -7, None), ("5-999999", 5, None), ("-999999", 0, None)],
)  # fmt: skip
def test_a_range_is_sent_alone(site: Site, requested: str, start: int, stop: int | None) -> None:
    answer = site.ask("/index.json", Range=f"bytes={requested}")

    assert answer.status == 206
    assert answer.body == BODY[start:stop]
    first = start % len(BODY)
    last = first + len(answer.body) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(BODY)}"


@pytest.mark.parametrize("requested", [f"bytes={len(BODY)}-", "bytes=-0"])
def test_a_range_beyond_the_file_is_refused(site: Site, requested: str) -> None:
    answer = site.ask("/index.json", Range=requested)

    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{len(BODY)}"


@pytest.mark.parametrize("requested", ["bytes=0-1,4-5", "bytes=-", "bytes=9-2", "lines=1-2", "x"])
def test_an_invalid_range_is_ignored(site: Site, requested: str) -> None:
    assert site.ask("/index.json", Range=requested).body == BODY


def test_if_range_with_another_validator_gets_the_whole_file(folder: Path, site: Site) -> None:
    etag = site.ask("/index.json").headers["etag"]
    modified = site.ask("/index.json").headers["last-modified"]

    assert site.ask("/index.json", Range="bytes=5-", If_Range=etag).status == 206
    assert site.ask("/index.json", Range="bytes=5-", If_Range=modified).status == 206
    os.utime(folder / "index.json", ns=(1, 1))
    assert site.ask("/index.json", Range="bytes=5-", If_Range=etag).status == 200


def compress(folder: Path, *, late: int = 0) -> None:
    time = (folder / "index.json").stat().st_mtime_ns
    for name, data in (("index.json.gz", gzip.compress(BODY)), ("index.json.br", b"brotli")):
        (folder / name).write_bytes(data)
        os.utime(folder / name, ns=(time + late, time + late))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("*", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
        ("gzip;q=x", None),
    ],
)
def test_a_compressed_variant_is_sent_to_clients_that_accept_it(
    folder: Path, site: Site, accepted: str, encoding: str | None
) -> None:
    compress(folder)

    answer = site.ask("/index.json", Accept_Encoding=accepted)

    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Accept-Encoding"
    expected = {"br": b"brotli", "gzip": gzip.compress(BODY), None: BODY}[encoding]
    assert len(answer.body) == len(expected) == int(answer.headers["content-length"])
    again = site.ask("/index.json", Accept_Encoding=accepted, If_None_Match=answer.headers["etag"])
    assert again.status == 304


def test_a_variant_of_an_older_listing_is_not_used(folder: Path, site: Site) -> None:
    compress(folder, late=-1)

    assert site.ask("/index.json", Accept_Encoding="gzip").body == BODY


def test_ranges_are_of_the_uncompressed_file(folder: Path, site: Site) -> None:
    compress(folder)

    answer = site.ask("/index.json", Accept_Encoding="gzip", Range="bytes=2-5")

    assert (answer.status, answer.body) == (206, BODY[2:6])
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": f"bytes={'9' * 5000}-"},
        {"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 +9999999999999"},
    ],
)
def test_huge_numbers_in_conditions_are_ignored(site: Site, headers: dict[str, str]) -> None:
    assert site.ask("/index.json", **headers).status == 200
