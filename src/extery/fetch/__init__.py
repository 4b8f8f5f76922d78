"""Fetch listings and packages over HTTP or from ``file://``: into memory, or verified to disk.

The only package that opens connections. It knows nothing of installations and mirrors. Its names are imported when they are
used: the HTTP library takes longer to load than a package takes to install.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_NAMES = {
    "addresses": ("listing_url", "path_from_url", "resolve_any_archive_url", "resolve_archive_url"),
    "concurrent": ("MAX_CONCURRENT", "run_all"),
    "documents": ("Document", "Validators", "get_document"),
    "downloads": ("MAX_PACKAGE_SIZE", "DownloadRequest", "download"),
    "fetcher": ("MAX_DOCUMENT_SIZE", "Fetcher"),
    "repository_addresses": ("repository_of_link", "repository_url"),
    "response": ("Response",),
    "retry": ("RetryPolicy",),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
