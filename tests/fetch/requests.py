"""Requests of the fetch tests, and the codes of their errors."""

from __future__ import annotations

import hashlib
import os

import pytest

from extery.core.errors import ExteryError
from extery.fetch import DownloadRequest, Fetcher, get_document

#: The content of the packages that are downloaded.
DATA = os.urandom(300_000)


def request_for(url: str, data: bytes = DATA) -> DownloadRequest:
    """Return a request for a package with this content."""
    return DownloadRequest(url, len(data), hashlib.sha256(data).hexdigest())


def document_error(url: str, fetcher: Fetcher) -> str:
    """Fetch a document that cannot be fetched; return the code of the error."""
    with pytest.raises(ExteryError) as caught:
        get_document(url, fetcher=fetcher)
    assert len(str(caught.value)) < 3_000
    return caught.value.code
