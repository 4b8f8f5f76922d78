"""Getting listings and packages, over HTTP and from ``file://``: into memory or verified onto the disk.

Opens connections and writes where it is told to; knows nothing of what is installed or mirrored.
"""

from extery.fetch.addresses import archive_address, listing_address, path_of, repository_url
from extery.fetch.answers import Answer
from extery.fetch.batch import AT_ONCE, do_all
from extery.fetch.documents import Document, Validators, get_document
from extery.fetch.downloads import MAX_PACKAGE_SIZE, Wanted, download
from extery.fetch.fetcher import MAX_DOCUMENT_SIZE, Fetcher
from extery.fetch.patience import Patience

__all__ = [
    "AT_ONCE",
    "MAX_DOCUMENT_SIZE",
    "MAX_PACKAGE_SIZE",
    "Answer",
    "Document",
    "Fetcher",
    "Patience",
    "Validators",
    "Wanted",
    "archive_address",
    "do_all",
    "download",
    "get_document",
    "listing_address",
    "path_of",
    "repository_url",
]
