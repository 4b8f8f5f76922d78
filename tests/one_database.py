"""Which tests of the site run on PostgreSQL too.

Those whose results do not depend on the database run on SQLite only: on PostgreSQL a walk through all
pages as a moderator (`test_every_page`) runs every query of a page; what pages say, and to whom, is
the same on both. Those about queries, locks and races run on both. Of the
modules of other tests a third run on PostgreSQL, others each time, or all of them
(``EXTERY_TRY_ALL=1``, or if they are named).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from tests.sampled import some_names

TESTS = Path(__file__).parent
#: So many modules or fewer all run.
FEW = 20

#: Folders and modules below ``tests/``.
ONE_DATABASE = (
    # Pages and mails: their HTML, texts and permissions.
    "site/accounts/test_privacy.py",
    # The test of what replays on SQLite only.
    "site/test_replay.py",
    "site/moderation/test_decision_pages.py",
    "site/moderation/review_page",
    "site/notify/test_pages.py",
    "site/media/test_pages.py",
    "site/media/test_serving.py",
    "site/media/test_videos.py",
    "site/pages/test_account_pages.py",
    "site/pages/test_asset_library_pages.py",
    "site/pages/test_author_side.py",
    "site/pages/test_design.py",
    "site/pages/test_error_pages.py",
    "site/pages/test_manage_pages.py",
    "site/pages/test_mine_pages.py",
    "site/pages/test_markup.py",
    "site/pages/test_publish_pages.py",
    "site/pages/test_queue_pages.py",
    "site/pages/test_report_pages.py",
    "site/pages/test_review_pages.py",
    "site/pages/test_submit_pages.py",
    "site/pages/test_suspension_pages.py",
    "site/pages/test_type_texts.py",
    "site/pages/test_verdict_pages.py",
    "site/ratings/test_pages.py",
    "site/sets/test_pages.py",
    "site/sets/test_api.py",
    # The client of the virus scanner.
    "site/scanning/test_clamd.py",
    "site/scanning/test_states.py",
    "site/scanning/test_description.py",
    "site/scanning/test_inventory_pages.py",
    "site/scanning/test_changes.py",
    "site/scanning/test_clamd_check.py",
    "site/scanning/test_yara_rules.py",
    "site/scanning/test_yara_check.py",
    "site/scanning/test_yara_scan.py",
    "site/scanning/test_yara_step.py",
    "site/scanning/test_package_scan.py",
    "site/scanning/test_isolated_malware.py",
    "site/scanning/test_package_check.py",
    "site/scanning/test_hostile_archives.py",
    "site/scanning/test_same_findings.py",
    "site/project/test_clamd_address.py",
    "site/project/test_page_cache.py",
    "site/search/test_words.py",
    "site/sharing/test_badges.py",
    "site/site_pages/test_pages.py",
    "site/sharing/test_cards.py",
    "site/source_pages",
    "site/source_search/test_pages.py",
    "site/statistics/test_chart.py",
    "site/test_runs/test_pages.py",
    "site/test_runs/test_real_blenders.py",
    "site/pages/test_caching.py",
    # Decisions about bytes that changed.
    "site/moderation/test_package_hashes.py",
    # The server, which `services/test_postgresql` starts on PostgreSQL.
    "site/project/logs",
    "site/project/server",
    "site/project/test_data_folder.py",
    # The tables of what may follow what.
    "site/catalog/test_lifecycle.py",
    # Files and images.
    "site/files/test_both_backends.py",
    "site/catalog/test_my_blender.py",
    "site/catalog/test_images.py",
    "site/api/test_examples.py",
    "site/files/test_s3_faults.py",
    "site/files/test_serving_from_s3.py",
    # Old data, and the migrations of SQLite: the database of the tests on PostgreSQL is migrated too.
    "site/test_new_databases.py",
    "site/catalog/test_migration_of_event_numbers.py",
    "site/files/test_migrations.py",
    "site/moderation/test_migrations.py",
    "site/reports/test_migration.py",
)
#: Folders and modules below ``tests/`` that every run tries on PostgreSQL: queries, locks, races.
BOTH_DATABASES = (
    "browser",
    "demo",
    "site/audit",
    "site/catalog/test_life_cycle_machine.py",
    "site/listings",
    "site/moderation/test_blocking.py",
    "site/moderation/test_bulk.py",
    "site/moderation/test_queue_list.py",
    "site/moderation/test_review_races.py",
    "site/moderation/test_status_races.py",
    "site/pages/test_every_page.py",
    "site/project/tasks",
    "site/quotas",
    "site/scanning/test_pipeline.py",
    "site/scanning/test_inventory_step.py",
    "site/scanning/test_near_duplicates.py",
    "site/scanning/test_known_bad.py",
    "site/scanning/test_compatibility_step.py",
    "site/ratings/test_races.py",
    "site/sets/test_listing.py",
    "site/sets/test_following.py",
    "site/search",
    "site/source_search",
    "site/sharing/test_feeds.py",
    "site/sharing/test_sitemap.py",
    "site/statistics/test_downloads_by_day.py",
    "site/test_runs/test_runs.py",
    "site/test_runs/test_notices.py",
    "site/test_database.py",
    "site/test_hostile_values.py",
    "site/test_races.py",
    "site/test_races_of_decisions.py",
    "site/test_races_of_deletions.py",
    "site/test_races_of_moderation.py",
    "site/test_races_of_reports.py",
    "site/test_races_of_uploads.py",
    "site/test_races_over_http.py",
    "site/transparency",
)
_ONE = frozenset(TESTS / name for name in ONE_DATABASE)
_BOTH = frozenset(TESTS / name for name in BOTH_DATABASES)


def runs_on_postgresql(
    items: Sequence[pytest.Item],
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Return the tests of a selection that run on PostgreSQL, and those that do not."""
    left = [item for item in items if not needs_one_database(item)]
    others = sorted({str(item.path) for item in left if not _is_below(item, _BOTH)})
    # Someone who names a few modules wants to run them.
    chosen = others if len(others) <= FEW else some_names(others, len(others) // 3)
    kept = [item for item in left if _is_below(item, _BOTH) or str(item.path) in chosen]
    kept_set = {*kept}
    return kept, [item for item in items if item not in kept_set]


def needs_one_database(item: pytest.Item) -> bool:
    """Return whether a test runs on SQLite only, by its module or its marker ``one_database``."""
    return item.get_closest_marker("one_database") is not None or _is_below(item, _ONE)


def _is_below(item: pytest.Item, folders: Collection[Path]) -> bool:
    return any(path in folders for path in (item.path, *item.path.parents))
