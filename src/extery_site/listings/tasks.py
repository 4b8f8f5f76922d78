"""The background tasks of the listings; workers import this module."""

from extery_site.listings.download_counts import add_downloads

__all__ = ["add_downloads"]
