"""Tests of the site that run on SQLite only: their results do not depend on the database.

On PostgreSQL a walk through all pages as a moderator (`test_every_page`) and one through the demo
run every query of a page; what pages say, and to whom, is the same on both.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent

#: Folders and modules below ``tests/``.
ONE_DATABASE = (
    # Pages and mails: their HTML, texts and permissions.
    "site/accounts/test_privacy.py",
    "site/moderation/test_decision_pages.py",
    "site/moderation/test_review_tabs.py",
    "site/notify/test_pages.py",
    "site/pages/test_account_pages.py",
    "site/pages/test_asset_library_pages.py",
    "site/pages/test_author_side.py",
    "site/pages/test_design.py",
    "site/pages/test_error_pages.py",
    "site/pages/test_manage_pages.py",
    "site/pages/test_markup.py",
    "site/pages/test_publish_pages.py",
    "site/pages/test_queue_pages.py",
    "site/pages/test_report_pages.py",
    "site/pages/test_review_pages.py",
    "site/pages/test_suspension_pages.py",
    "site/pages/test_type_texts.py",
    "site/pages/test_verdict_pages.py",
    "site/ratings/test_pages.py",
    "site/source_search/test_pages.py",
    "site/pages/test_caching.py",
    # Decisions about bytes that changed.
    "site/moderation/test_package_hashes.py",
    # The server, which `services/test_postgresql` starts on PostgreSQL.
    "site/project/logs",
    "site/project/server",
    "site/project/test_data_folder.py",
    # Files and images.
    "site/files/test_both_backends.py",
    "site/catalog/test_image_view.py",
    "site/catalog/test_images.py",
    "site/files/test_s3_faults.py",
    "site/files/test_serving_from_s3.py",
    # Old data, and the migrations of SQLite: the database of the tests on PostgreSQL is migrated too.
    "site/test_squashed_migrations.py",
    "site/catalog/test_migration_of_event_numbers.py",
    "site/files/test_migrations.py",
    "site/moderation/test_migrations.py",
    "site/reports/test_migration.py",
)
_PATHS = frozenset(TESTS / name for name in ONE_DATABASE)


def needs_one_database(item: pytest.Item) -> bool:
    """Return whether a test runs on SQLite only, by its module or its marker ``one_database``."""
    paths = (item.path, *item.path.parents)
    return item.get_closest_marker("one_database") is not None or not _PATHS.isdisjoint(paths)
