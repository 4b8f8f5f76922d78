"""Fetch listings and packages over HTTP or from ``file://``: into memory, or verified to disk.

The only package that opens connections. It knows nothing of installations and mirrors.
"""

from extery.fetch.addresses import (
    listing_url,
    path_from_url,
    resolve_any_archive_url,
    resolve_archive_url,
)
from extery.fetch.concurrent import MAX_CONCURRENT, run_all
from extery.fetch.documents import Document, Validators, get_document
from extery.fetch.downloads import MAX_PACKAGE_SIZE, DownloadRequest, download
from extery.fetch.fetcher import MAX_DOCUMENT_SIZE, Fetcher
from extery.fetch.repository_addresses import repository_of_link, repository_url
from extery.fetch.response import Response
from extery.fetch.retry import RetryPolicy

__all__ = [
    "MAX_CONCURRENT",
    "MAX_DOCUMENT_SIZE",
    "MAX_PACKAGE_SIZE",
    "Document",
    "DownloadRequest",
    "Fetcher",
    "Response",
    "RetryPolicy",
    "Validators",
    "download",
    "get_document",
    "listing_url",
    "path_from_url",
    "repository_of_link",
    "repository_url",
    "resolve_any_archive_url",
    "resolve_archive_url",
    "run_all",
]
