"""Addresses and what is received from them: a URL or path in the first line, a URL in the second, then a page."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable

from extery.core.errors import ExteryError
from extery.fetch.addresses import (
    listing_url,
    origin_of,
    path_from_url,
    redact_url,
    resolve_archive_url,
    split_url,
)
from extery.fetch.repository_addresses import check_received_document, repository_url
from tests.fuzz.judge import check_problems
from tests.fuzz.mutate import mutated

_PAGE = b'<!doctype html><title>Gears</title><a href="gears.zip?repository=.%2Findex.json&amp;platforms=linux-x64">Install</a><form><input type="password"></form><code>https://example.org/api/v1/extensions/</code>'  # fmt: skip
SEEDS = (
    b"https://example.org/r/index.json\nhttps://example.org/r/index.json\n" + _PAGE,
    b"https://example.org/gears.zip?repository=.%2Findex.json&blender_version_min=4.2.0\n./gears-1.0.zip\n<html>",
    b"example.org/r\n./a/b.zip\n<a href=/login>",
    b"file:///srv/r/\nfile:///srv/r/a.zip\n{}",
    b"https://user:secret@[::1]:8000/r/?x=1#y\nhttp://192.0.2.1:80/a.zip\nPK\x03\x04",
    b"https://github.com/ada/gears/blob/main/index.json\nhttps://gitlab.com/ada/gears\n" + _PAGE,
    b"https:/example.org\n//example.org/a.zip\n\xef\xbb\xbf <html>",
    b"C:\\extensions\\index.json\nhttps://example.org/r/index.json\n<",
)
TOKENS = (
    b"http://", b"https://", b"file://", b"HTTPS://", b"://", b"//", b"/", b"?", b"#", b"@", b":", b"[", b"]", b"[::1]", b"%00", b"%", b"%ff", b"%2e%2e", b"..", b"./", b"index.json", b".zip", b"?repository=", b"&amp;", b"&#x110000;", b"&#0;", b"<title>", b"</title>", b"href=", b"\"", b"'",
    b"\n", b":99999", b":-1", b":0", "\u2100".encode(), "\uff0f".encode(), "\u0660".encode(), b"xn--", b"localhost", b"/blob/", b"/-/blob/", b"/src/branch/", b"type=password", b"/api/v1/extensions/", b"~", b"\x00", b" ", b"nul", b"javascript:",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    lines = [source.choice(seed.split(b"\n", 2)) for seed in source.sample(SEEDS, 3)]
    return mutated(source, (b"\n".join(lines), *SEEDS), TOKENS, most=5)


def target(data: bytes) -> None:
    first, _, rest = data.partition(b"\n")
    second, _, page = rest.partition(b"\n")
    # As from the command line, where bytes that are not UTF-8 are surrogates, and as from JSON.
    url, other = os.fsdecode(first), second.decode("utf-8", "replace")
    calls: tuple[Callable[[], object], ...] = (
        lambda: repository_url(url),
        lambda: listing_url(url),
        lambda: split_url(url),
        lambda: origin_of(url),
        lambda: resolve_archive_url(listing_url(url), other),
        lambda: path_from_url(url) if url.startswith("file:") else None,
        lambda: redact_url(url).encode(),
        lambda: _receive(url, other, page),
    )
    before = os.getcwd()  # noqa: PTH109 (for a path that may not exist)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for call in calls:
                try:
                    call()
                except ExteryError as error:
                    check_problems(error.problems)
        finally:
            os.chdir(before)


def _receive(requested: str, url: str, page: bytes) -> None:
    """Check a document as after a request, whose URL has been split."""
    split_url(requested)
    split_url(url)
    check_received_document(requested, url, page)
