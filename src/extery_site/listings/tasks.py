"""The background tasks of the listings; workers import this module."""

from extery_site.listings.download_counts import add_downloads, forget_download_clients

__all__ = ["add_downloads", "forget_download_clients"]
