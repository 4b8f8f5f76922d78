"""Recording of the site with the demonstration: listing, API, downloads and pages over HTTP."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from itertools import product
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.compare.normalize import normalize
from tests.compare.recording import Kind, Recording, Report
from tests.compare.trees import HANG, SITE_URL, Tree

LISTING = "/api/v1/extensions/"
#: Headers that are part of an answer, not of the server that sends it, in the case of `str.title`.
HEADERS = (
    "Allow",
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Length",
    "Content-Security-Policy",
    "Content-Type",
    "Etag",
    "Link",
    "Location",
    "Vary",
    "Www-Authenticate",
    "X-Content-Type-Options",
)
BLENDERS = ("4.2.0", "4.2.23", "4.5.3", "5.0.1", "5.3.0")
PLATFORMS = ("linux-x64", "windows-x64", "windows-arm64", "macos-arm64", "freebsd-x64")
PAGES = (
    "/",
    "/extensions/",
    "/extensions/?q=light",
    "/extensions/?page=2",
    "/add-ons/",
    "/themes/",
    "/about/use-in-blender/",
    "/account/login/",
    "/account/signup/",
    "/people/oskar/",
    "/no-such-page/",
)
#: Requests that answer the same in any order, before anything is downloaded.
QUERIES = (
    "",
    "?blender_version=4.2",
    "?blender_version=4.2.0-alpha",
    "?blender_version=x",
    "?blender_version=",
    "?platform=linux-x64",
    "?platform=no-such",
    "?python_version=3.11",
    "?python_version=x",
    "?api_version_max=v1",
    "?unknown=1",
    "?blender_version=4.2.0&blender_version=5.0.0",
)


class Answer(NamedTuple):
    """An HTTP answer, its body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(port: int, path: str, *, method: str = "GET", **headers: str) -> Answer:
    """Send one request under the site's own host name."""
    connection = HTTPConnection("127.0.0.1", port, timeout=HANG)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        host = urlsplit(SITE_URL).netloc
        connection.request(method, path, headers={"Host": host, **names})
        response = connection.getresponse()
        headers = {name.title(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()


@contextmanager
def serve(tree: Tree) -> Iterator[int]:
    """Run the site with the demonstration; the value is its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    command = tree.command("serve", "--demo", "--port", str(port), "--data", "site")
    log = tree.folder.parent / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=tree.folder,
            env=tree.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, port)
        yield port
    except BaseException:
        print(log.read_text("utf-8", "replace")[-2000:])
        raise
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(300)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # its workers, if any are left
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the listing answers, and stays the same: a worker may still be adding entries."""
    deadline = time.monotonic() + HANG
    seen: list[bytes] = []
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"extery serve ended with {process.returncode}")
        with suppress(OSError, HTTPException):
            answer = ask(port, LISTING)
            if answer.status == 200:
                seen.append(answer.body)
        if len(seen) >= 4 and len(set(seen[-4:])) == 1 and json.loads(seen[-1])["data"]:
            return
        time.sleep(1)
    raise SystemExit(f"extery serve has no settled listing after {HANG} s")


def record_site(tree: Tree, ids: Sequence[str]) -> Recording:
    """Record the site: pages first, downloads last, because they count."""
    result = Recording()
    with serve(tree) as port:
        addresses = _record_listings(result, port)
        for extension_id in (*ids, "no_such_extension"):
            answer = ask(port, f"{LISTING}{extension_id}/")
            _record_answer(result, f"site/extension/{extension_id}", answer)
            addresses += _addresses(answer.body)
            _record_page(result, port, f"/extensions/{extension_id}/")
            _record_page(result, port, f"/extensions/{extension_id}/versions/")
        for path in PAGES:
            _record_page(result, port, path)
        _record_errors(result, port)
        for path in dict.fromkeys(urlsplit(address).path for address in addresses):
            name = f"site/download/{path.rpartition('/')[2]}"  # without the hash of the package
            _record_answer(result, name, ask(port, path), kind=Kind.FILE)
    return result


def _record_listings(result: Recording, port: int) -> list[str]:
    systems = product(BLENDERS, PLATFORMS, ("3.11.7", "3.13.0"))
    template = "?blender_version={}&platform={}&python_version={}"
    addresses: list[str] = []
    for query in (*QUERIES, *(template.format(*system) for system in systems)):
        answer = ask(port, LISTING + query)
        _record_answer(result, f"site/listing/{query or 'all'}", answer)
        addresses += _addresses(answer.body)
    whole = ask(port, LISTING)
    for coding in ("gzip", "br", "gzip, br", "identity", "gzip;q=0, br"):
        answer = ask(port, LISTING, Accept_Encoding=coding)
        _record_answer(result, f"site/listing/accept {coding}", answer)
    for title, tag in (("same", whole.headers.get("Etag", "")), ("other", '"other"')):
        answer = ask(port, LISTING, If_None_Match=tag)
        _record_answer(result, f"site/listing/etag {title}", answer)
    _record_answer(result, "site/listing/head", ask(port, LISTING, method="HEAD"))
    return addresses


def _record_errors(result: Recording, port: int) -> None:
    for method, path in (
        ("POST", LISTING),
        ("POST", "/api/v1/packages/"),
        ("POST", f"{LISTING}name_loom/versions/1.2.0/approve"),
        ("POST", f"{LISTING}name_loom/block"),
        ("GET", "/api/v1/no-such/"),
        ("GET", f"/download/sha256:{'0' * 64}/none.zip"),
        ("GET", "/api/openapi.json"),
    ):
        answer = ask(port, path, method=method)
        _record_answer(result, f"site/errors/{method} {path}", answer)


def _record_page(result: Recording, port: int, path: str) -> None:
    answer = ask(port, path)
    result.add(f"site/page{path}/status", Kind.STATUS, answer.status)
    result.add(f"site/page{path}/body", Kind.PAGE, normalize(answer.body))


def _record_answer(
    result: Recording, name: str, answer: Answer, *, kind: Kind | None = None
) -> None:
    """Record an API answer or a download; the problems of an error answer go into the table."""
    result.add(f"{name}/status", Kind.STATUS, answer.status)
    headers = dict(answer.headers)
    media_type = headers.get("Content-Type", "")
    body = answer.body
    if media_type.startswith("application/problem+json"):
        details = json.loads(body)
        reports = [Report.from_json(row) for row in details.pop("problems")]
        result.add_problems(name, reports, ok=False)
        # Type, title and detail are the code and the message in other words.
        body = json.dumps({**details, "type": "", "title": "", "detail": ""}).encode()
        headers.pop("Content-Length", None)
    elif media_type.startswith("text/html"):
        kind = Kind.PAGE
    if headers.get("Content-Encoding") == "gzip":
        # Equal contents may be compressed in different ways, or in several parts.
        body = gzip.decompress(body)
    if kind is not Kind.FILE:
        body = normalize(body)
        if body != answer.body:
            headers.pop("Content-Length", None)
    if name.startswith("site/listing/") and "Etag" in headers:
        headers["Etag"] = "OPAQUE"
    lines = [f"{key}: {headers[key]}" for key in HEADERS if key in headers]
    result.add(f"{name}/headers", Kind.HEADERS, "\n".join(lines))
    result.add(f"{name}/body", kind or Kind.FILE, body)


def _addresses(body: bytes) -> list[str]:
    """Addresses of packages in an answer."""
    found = re.findall(rb'"archive_url": ?"([^"]+)"', body)
    return [address.decode() for address in found]
