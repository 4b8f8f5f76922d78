"""Which parts of a package are fetched, and how many bytes that saves."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.client.delta_plan import MAX_RANGES
from extery.fetch import DownloadRequest
from tests.client.delta_download.update import PATH, Update, new_files, old_files
from tests.fetch.web import redirect, wait
from tests.zips.tools import WRITERS, Files, by_zipfile, noise, text, wheel


@pytest.mark.parametrize("writer", WRITERS)
def test_only_changed_members_are_fetched(update: Update, writer: str) -> None:
    write = WRITERS[writer]
    update.prepare(write(old_files(), 0), write(new_files(), 0))

    result = update.succeeds()

    assert result.fetched < 0.06 * len(update.new)
    assert result.saved == len(update.new) - result.fetched
    assert result.requests <= 3


@pytest.mark.parametrize("writer", sorted({*WRITERS} - {"info-zip"}))
def test_new_times_of_all_members_cost_nothing(update: Update, writer: str) -> None:
    write = WRITERS[writer]
    update.prepare(write(old_files(), 3), write(new_files(), 40))

    assert update.succeeds().fetched < 0.06 * len(update.new)


def test_a_new_name_of_the_folder_costs_nothing(update: Update) -> None:
    for_new = {f"tool-1.1/{name}": data for name, data in new_files().items()}
    for_old = {f"tool-1.0/{name}": data for name, data in old_files().items()}
    update.prepare(by_zipfile(for_old), by_zipfile(for_new))

    assert update.succeeds().fetched < 0.06 * len(update.new)


def test_another_order_of_members_costs_nothing(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(dict(reversed(new_files().items()))))

    assert update.succeeds().fetched < 0.06 * len(update.new)


def test_unchanged_members_of_a_changed_wheel_are_not_fetched(update: Update) -> None:
    def files(version: str) -> Files:
        contents = {f"data/{number}.py": text(20_000, number) for number in range(40)}
        contents["data/changed.py"] = text(20_000, version)
        contents[f"data-{version}.dist-info/LICENSE"] = text(30_000, "licence")
        return old_files() | wheel(f"data-{version}-py3-none-any.whl", contents)

    update.prepare(by_zipfile(files("1.0")), by_zipfile(files("1.1")))

    result = update.succeeds()

    assert result.fetched < 0.06 * len(update.new)
    assert result.requests <= 5


def test_a_wheel_that_is_no_zip_is_fetched(update: Update) -> None:
    name = "wheels/broken-1-py3-none-any.whl"
    update.prepare(
        by_zipfile(old_files() | {name: noise(80_000, 1)}),
        by_zipfile(old_files() | {name: noise(80_000, 2)}),
    )

    result = update.succeeds()

    assert 80_000 < result.fetched < 110_000


def test_many_scattered_changes_need_few_requests(update: Update) -> None:
    def files(version: int) -> Files:
        same = {f"{number:04}a.bin": noise(9_000, number) for number in range(300)}
        changed = {f"{number:04}b.bin": noise(100, (version, number)) for number in range(300)}
        return dict(sorted((same | changed).items()))

    update.prepare(by_zipfile(files(1)), by_zipfile(files(2)))

    assert update.run() is None
    assert len(update.web.seen) <= MAX_RANGES


def test_large_changes_are_fetched_in_pieces(update: Update) -> None:
    update.prepare(
        by_zipfile({"a.png": noise(5_000_000, "same"), "b.png": noise(5_000_000, "old")}),
        by_zipfile({"a.png": noise(5_000_000, "same"), "b.png": noise(5_000_000, "new")}),
    )

    result = update.succeeds()

    assert 5_000_000 < result.fetched < 5_010_000
    assert result.requests == 4


def test_the_same_package_under_another_name_needs_its_directory_only(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(old_files()))

    assert update.succeeds().fetched < 10_000


def test_the_old_package_may_be_the_one_that_is_replaced(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.to = update.old

    assert update.succeeds().saved > 0


def test_a_local_repository_works_too(update: Update, tmp_path: Path) -> None:
    new = by_zipfile(new_files())
    update.prepare(by_zipfile(old_files()), new)
    (tmp_path / "source.zip").write_bytes(new)
    update.request = DownloadRequest(
        (tmp_path / "source.zip").as_uri(), len(new), update.request.sha256
    )

    assert update.succeeds().fetched < 0.06 * len(new)


def test_a_redirect_is_followed_once(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.web.fail("/moved", redirect(update.request.url))
    update.request = DownloadRequest(
        f"{update.web.url}/moved", update.request.size, update.request.sha256
    )

    assert update.succeeds().saved > 0

    assert [seen.path for seen in update.web.seen].count("/moved") == 1


def test_slow_ranges_are_fetched_at_the_same_time(update: Update) -> None:
    files = {f"{number}a.png": noise(40_000, number) for number in range(12)}
    update.prepare(
        by_zipfile(files | {f"{number}b.png": noise(9_000, number) for number in range(12)}),
        by_zipfile(
            dict(
                sorted(
                    (
                        files
                        | {f"{number}b.png": noise(9_000, -number - 1) for number in range(12)}
                    ).items()
                )
            )
        ),
    )
    update.web.fail(PATH, *[wait(0.05)] * 20)

    result = update.succeeds()

    assert result.requests == 13
    assert update.web.busiest > 1
