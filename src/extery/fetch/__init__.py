"""Getting listings and packages, over HTTP and from ``file://``: into memory or verified onto the disk.

Opens connections and writes where it is told to; knows nothing of what is installed or mirrored.
"""

from extery.fetch.addresses import archive_address, listing_address, path_of, repository_url
from extery.fetch.concurrent import AT_ONCE, run_all
from extery.fetch.documents import Document, Validators, get_document
from extery.fetch.downloads import MAX_PACKAGE_SIZE, DownloadRequest, download
from extery.fetch.fetcher import MAX_DOCUMENT_SIZE, Fetcher
from extery.fetch.response import Response
from extery.fetch.retry import RetryPolicy

__all__ = [
    "AT_ONCE",
    "MAX_DOCUMENT_SIZE",
    "MAX_PACKAGE_SIZE",
    "Document",
    "DownloadRequest",
    "Fetcher",
    "Response",
    "RetryPolicy",
    "Validators",
    "archive_address",
    "download",
    "get_document",
    "listing_address",
    "path_of",
    "repository_url",
    "run_all",
]
