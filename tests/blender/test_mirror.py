"""A stock Blender syncs and installs from mirrors whose source is unreachable."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from extery.author.build.execute import build
from extery.fetch import Fetcher
from extery.repository.check import check_repository
from extery.repository.generate import generate
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.run import MirrorResult, mirror
from extery.repository.preview import preview
from tests.blender.client import Blender
from tests.blender.install import VERSIONS
from tests.blender.running_site import run_site
from tests.blender.samples import write_extension
from tests.blender.serving import HttpFolder

Serve = Callable[[Path], HttpFolder]


def publish(folder: Path, extension_id: str, version: str, **fields: str | list[str]) -> Path:
    """Build a version into ``folder``."""
    source = folder.parent / "sources" / f"{extension_id}-{version}"
    write_extension(source, extension_id=extension_id, version=version, **fields)
    [built] = build(source, output_dir=folder)
    return built.path


def mirrored(url: str, folder: Path, filters: Filters = Filters()) -> MirrorResult:
    """Mirror a repository and check the result."""
    with Fetcher() as fetcher:
        done = mirror(url, folder, fetcher=fetcher, filters=filters)
        assert list(check_repository(folder.as_uri(), fetcher=fetcher).problems) == []
    assert done.is_complete
    return done


@contextmanager
def address_of(folder: Path, scheme: str) -> Iterator[str]:
    """Yield the URL of a repository: the folder itself, or a preview of it."""
    if scheme == "file":
        yield folder.as_uri()
        return
    with preview(folder) as running:
        thread = threading.Thread(target=running.wait)
        thread.start()
        try:
            yield running.listing_url
        finally:
            running.stop()
            thread.join()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A static repository with an old and a new version of one extension."""
    folder = tmp_path / "source"
    folder.mkdir()
    publish(folder, "gear_tool", "1.0.0")
    publish(folder, "gear_tool", "2.0.0", blender_version_min="5.0.0")
    publish(folder, "night_shift", "1.0.0", kind="theme")
    generate(folder)
    return folder


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_blender_installs_and_updates_from_a_mirror(
    blender: Blender, source: Path, tmp_path: Path, http_folder: Serve, scheme: str
) -> None:
    folder = tmp_path / "mirror"
    url = f"{http_folder(source).url}/index.json"
    mirrored(url, folder)
    newest = "1.0.0" if blender.version in ("4.2", "4.5") else "2.0.0"

    with address_of(folder, scheme) as address:
        blender.add_repository("Mirror", address)
        blender.sync()
        blender.install("gear_tool")
        blender.install("night_shift")
        assert blender.find("gear_tool").installed == newest
        assert blender.find("night_shift").enabled
        assert blender.update_all() == []

        publish(source, "gear_tool", "3.0.0")
        generate(source)
        assert len(mirrored(url, folder).plan.fetch) == 1
        blender.sync()
        assert blender.update_all() == [("gear_tool", newest, "3.0.0")]
        assert blender.attribute("gear_tool", "VERSION") == "3.0.0"


@pytest.mark.blender
def test_a_mirror_of_our_site_works_without_the_site(tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    folder = tmp_path / "mirror"
    with run_site(tmp_path / "site") as site:
        site.publish(publish(packages, "gear_tool", "1.0.0"))
        site.publish(publish(packages, "gear_tool", "2.0.0", blender_version_min="5.0.0"))
        site.publish(publish(packages, "night_shift", "1.0.0", kind="theme"))
        done = subprocess.run(
            [sys.executable, "-m", "extery", "mirror", site.repository_url, folder]
            + [f"--blender={series}" for series in VERSIONS],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        with Fetcher() as fetcher:
            checked = check_repository(site.repository_url, fetcher=fetcher)
            assert list(checked.problems) == []
            assert checked.packages == 2
        again = mirrored(site.repository_url, folder, Filters(blender=tuple(VERSIONS)))
        assert again.plan.fetch == []
        site.publish(publish(packages, "bad_tool", "1.0.0"))
        site.block("bad_tool", "It deletes what it should keep")
        mirrored(site.repository_url, folder, Filters(blender=tuple(VERSIONS)))

    for series in VERSIONS:
        expected = "1.0.0" if series in ("4.2", "4.5") else "2.0.0"
        with Blender(series, home=tmp_path / f"blender-{series}") as blender:
            blender.add_repository("Mirror", folder.as_uri())
            blender.sync()
            blender.install("gear_tool")
            blender.install("night_shift")

            assert blender.attribute("gear_tool", "VERSION") == expected
            assert blender.find("night_shift").enabled
            assert blender.update_all() == []
            assert blender.find("bad_tool").blocked == "It deletes what it should keep"
