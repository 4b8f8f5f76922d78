"""Fixtures and settings of all tests."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The assertions of helpers explain their values, as those of tests do.
pytest.register_assert_rewrite(
    *(
        f"tests.{path.stem}"
        for path in Path(__file__).parent.glob("[!_]*")
        if path.stem != "conftest"
    )
)
# The time of an example depends on the load of the machine, so it is no failure.
settings.register_profile("extery", settings(), deadline=None)
settings.load_profile("extery")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector from searching what collection makes: it lives until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _no_disk_flush() -> Iterator[None]:
    """Do not wait for the disk: only a power cut, which no test causes, loses what is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        patch.setattr("extery.client.unpack._syncfs", lambda _descriptor: True)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> Iterator[None]:
    """Send requests to loopback directly, whatever proxy the machine uses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On SQLite a file, which threads share as they do in the real site; else one database per worker.

    Both begin as copies of a migrated one. This is for all tests, wherever they are: the first one of a worker that
    uses the database decides for all others.
    """
    from django.db import connection

    from tests.migrated import copy_migrated_database, migrated_template
    from tests.services.postgresql import drop_old_database
    from tests.site import empty_database

    empty_database.use_after_tests()
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        copy_migrated_database(path)
        connection.settings_dict["TEST"]["NAME"] = str(path)
    else:
        template = migrated_template(os.environ["EXTERY_DATABASE"])
        connection.settings_dict["TEST"]["TEMPLATE"] = template
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")
        drop_old_database(os.environ["EXTERY_DATABASE"], connection.creation._get_test_db_name())


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Use the copy instead of deleting it first.

    On PostgreSQL the database is deleted before the tests, not after them: a thread of the live server may
    still have a connection then, and the server of the tests is temporary.
    """
    return True


#: Tests with one of these markers take long; those with the first one take longest.
LONG = ("longest", "blender", "browser", "slow", "postgresql", "s3")


class LongTestsFirst:
    """Runs long tests first, so that at the end no process waits for another."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        def order(item: pytest.Item) -> tuple[bool, bool]:
            return item.get_closest_marker(LONG[0]) is None, not any(
                map(item.get_closest_marker, LONG)
            )

        items.sort(key=order)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LongTestsFirst())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let tests whose module shares content use the database; leave some out on PostgreSQL."""
    from tests.one_database import runs_on_postgresql

    for item in items:
        if "shared_content" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)
    if _is_on_postgresql():
        kept, left_out = runs_on_postgresql(items)
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """On PostgreSQL only some tests run again: a selection that has none of them is no failure."""
    if _is_on_postgresql() and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def _is_on_postgresql() -> bool:
    return os.environ.get("EXTERY_DATABASE", "").startswith("postgres")
