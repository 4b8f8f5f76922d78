"""The preview over real sockets: conditional requests, ranges, compression, updates."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from extery.core.errors import Conflict, ExteryError, NotFound, Unavailable
from extery.fetch import Fetcher
from extery.repository.mirror.run import mirror
from extery.repository.preview import Preview, preview
from extery.repository.watch import snapshot
from tests.repository.packages import put
from tests.waiting import wait_until

BODY = b'{"version": "v1"}' * 100


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


class Site:
    """A running preview, and a client that keeps its connection."""

    def __init__(self, running: Preview) -> None:
        self.running = running
        host, _, port = running.url.removeprefix("http://").rpartition(":")
        self.client = http.client.HTTPConnection(host, int(port), timeout=300)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.client.request(method, path, headers=named)
        return Answer(self.client.getresponse())


@contextmanager
def running(folder: Path, **options: object) -> Iterator[Site]:
    with preview(folder, interval=0.03, **options) as served:  # type: ignore[arg-type]
        thread = threading.Thread(target=served.wait)
        thread.start()
        site = Site(served)
        try:
            yield site
        finally:
            site.client.close()
            served.stop()
            thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    (made / "index.json").write_bytes(BODY)
    (made / "index.html").write_text("<h1>Hello</h1>")
    return made


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    with running(folder, regenerate=False) as served:
        yield served


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
    "path",
    [
        "/../secret",
        "/..%2fsecret",
        "/%2e%2e/secret",
        "/sub/../../secret",
        "/%2e%2e%5csecret",
        "/..\\secret",
        "//secret",
        "/./index.json",
        "/C:/secret",
        "/.hidden",
        "/.extery-mirror/state.json",
        "/index.json%00",
        "/index.json/",
        "/%ff",
        "secret",
        "http://x.org/index.json",
        "/none",
    ],
)
def test_files_outside_the_folder_and_hidden_files_are_not_served(
    folder: Path, site: Site, path: str
) -> None:
    (folder.parent / "secret").write_text("secret")
    (folder / ".hidden").write_text("secret")
    (folder / ".extery-mirror").mkdir()
    (folder / ".extery-mirror" / "state.json").write_text("secret")
    (folder / "sub").mkdir()

    answer = site.ask(path)

    assert (answer.status, answer.body) == (404, b"")


def ids(site: Site) -> list[str]:
    return [item["id"] for item in json.loads(site.ask("/index.json").body)["data"]]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a\\b.zip", "C:.zip", "two\nlines.zip"])
def test_every_name_that_can_be_listed_is_served(folder: Path, site: Site, name: str) -> None:
    (folder / name).write_bytes(b"PK")

    assert site.ask("/" + quote(name)).body == b"PK"


def test_invalid_names_are_not_found(folder: Path, site: Site) -> None:
    assert site.ask("/" + "a" * 300).status == 404
    if os.name != "nt":
        os.mkfifo(folder / "pipe.txt")
        assert site.ask("/pipe.txt").status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": f"bytes={'9' * 5000}-"},
        {"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 +9999999999999"},
    ],
)
def test_huge_numbers_in_conditions_are_ignored(site: Site, headers: dict[str, str]) -> None:
    assert site.ask("/index.json", **headers).status == 200


def test_a_dangling_link_does_not_hide_changes(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"link{number}.zip").symlink_to("nowhere")
    before = snapshot(tmp_path)

    put(tmp_path, "gear.zip")

    assert str(tmp_path / "gear.zip") in snapshot(tmp_path)
    assert snapshot(tmp_path) != before


def test_the_listing_is_updated_when_the_folder_changes(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    lines: list[str] = []

    with running(tmp_path, log=lines.append) as site:
        assert ids(site) == ["gear_tool"]
        assert b"<!doctype html>" in site.ask("/").body
        put(tmp_path, "dusk.zip", extension_id="dusk", kind="theme")
        wait_until(lambda: ids(site) == ["dusk", "gear_tool"])
        (tmp_path / "gear.zip").unlink()
        wait_until(lambda: ids(site) == ["dusk"])

    assert "200 GET /index.json" in lines
    assert "1 entry listed" in lines


def test_channels_are_served_and_listed(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip", version="2.0.0-beta")
    (tmp_path / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nprereleases = false\n[channels.beta]\nprereleases = true\n'
    )

    with running(tmp_path) as site:
        [(url, _)] = site.running.other_listing_urls
        assert url == f"{site.running.url}/beta/index.json"
        [item] = json.loads(site.ask("/beta/index.json").body)["data"]
        assert site.ask(f"/beta/{item['archive_url']}".replace("/./", "/")).status == 200
        assert ids(site) == []


def test_a_package_that_is_still_being_copied_is_waited_for(tmp_path: Path) -> None:
    whole = put(tmp_path, "gear.zip").read_bytes()
    (tmp_path / "gear.zip").unlink()
    errors: list[ExteryError] = []

    with running(tmp_path, on_error=errors.append) as site:
        with (tmp_path / "gear.zip").open("wb") as file:
            for start in range(0, len(whole), 40):
                file.write(whole[start : start + 40])
                file.flush()
                time.sleep(0.01)
        wait_until(lambda: ids(site) == ["gear_tool"])

    assert errors == []


def test_problems_are_reported_and_serving_continues(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    errors: list[ExteryError] = []

    with running(tmp_path, on_error=errors.append) as site:
        (tmp_path / "bad.zip").write_bytes(b"no zip")
        wait_until(lambda: errors)
        assert errors[0].code == "package.not-zip"
        (tmp_path / "blender_repo.toml").write_text("[")
        wait_until(lambda: errors[-1].code == "generate.config-not-toml")
        assert ids(site) == ["gear_tool"]


def test_a_mirror_is_served_unchanged(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    put(source, "gear.zip")
    with running(source):
        pass
    with Fetcher() as fetcher:
        mirror(source.as_uri(), tmp_path / "mirror", fetcher=fetcher)
    before = (tmp_path / "mirror" / "index.json").read_bytes()

    with running(tmp_path / "mirror") as site:
        assert site.ask("/index.json").body == before
    assert (tmp_path / "mirror" / "index.json").read_bytes() == before


def test_a_repository_of_another_tool_is_served_unchanged(folder: Path) -> None:
    put(folder, "gear.zip")
    lines: list[str] = []

    with running(folder, log=lines.append) as site:
        assert site.ask("/index.json").body == BODY
        assert site.ask("/").body == b"<h1>Hello</h1>"

    assert "served unchanged" in lines[0]
    assert not (folder / ".extery").exists()


def test_a_port_in_use_is_an_error_with_the_port(folder: Path) -> None:
    with running(folder, regenerate=False) as site:
        port = site.client.port
        with pytest.raises(Conflict) as caught, preview(folder, port=port, regenerate=False):
            pass

    assert caught.value.code == "preview.port-in-use"
    assert str(port) in str(caught.value)


def test_a_preview_on_all_interfaces_has_the_host_name_in_its_url(folder: Path) -> None:
    with preview(folder, host="0.0.0.0", regenerate=False) as served:
        assert socket.gethostname() in served.listing_url


def test_an_address_of_another_computer_is_refused(folder: Path) -> None:
    with pytest.raises(Unavailable) as caught, preview(folder, host="192.0.2.1"):
        pass
    assert caught.value.code == "preview.no-address"


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFound), preview(tmp_path / "none"):
        pass
