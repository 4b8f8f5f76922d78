"""End to end: a stock Blender installs what was uploaded to our site and approved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from extery.author.build.execute import build
from extery.core.platforms import KNOWN
from tests.blender.client import Blender, BlenderError
from tests.blender.install import ENDS
from tests.blender.running_site import RunningSite, run_site
from tests.blender.samples import write_extension
from tests.blender.scenario import Walkthrough, run_walkthrough
from tests.blender.series import EVERY_BLENDER, SOME_BLENDERS, parameters

Publish = Callable[..., None]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """One site for the module; each test publishes extensions of its own."""
    with run_site(tmp_path_factory.mktemp("site") / "data") as running:
        yield running
        assert "Traceback" not in running.log()


@pytest.fixture
def publish(site: RunningSite, tmp_path: Path) -> Publish:
    """Build a version with `extery build`, upload, complete and approve it."""

    def publish_version(
        extension_id: str, version: str, *, kind: str = "add-on", **fields: str | list[str]
    ) -> None:
        source = tmp_path / "sources" / f"{extension_id}-{version}"
        write_extension(source, extension_id=extension_id, version=version, kind=kind, **fields)
        [built] = build(source, output_dir=tmp_path)
        site.publish(built.path)

    return publish_version


@EVERY_BLENDER
def test_our_site_passes_the_walkthrough(
    blender: Blender, site: RunningSite, publish: Publish
) -> None:
    extension_id = f"walk_{blender.version.replace('.', '_')}"
    publish(extension_id, "1.0.0")

    run_walkthrough(
        blender,
        site.repository_url,
        Walkthrough(
            id=extension_id,
            first="1.0.0",
            newer="1.1.0",
            publish_newer=lambda: publish(extension_id, "1.1.0"),
            block=lambda reason: site.block(extension_id, reason),
            download_link=lambda: site.download_link(extension_id),
        ),
    )


@SOME_BLENDERS
def test_blender_gets_the_newest_compatible_version(
    blender: Blender, site: RunningSite, publish: Publish
) -> None:
    extension_id = f"choice_{blender.version.replace('.', '_')}"
    publish(extension_id, "1.0.0")
    publish(extension_id, "1.1.0", platforms=list(KNOWN))
    publish(extension_id, "2.0.0", blender_version_min="9.0.0")
    blender.add_repository("Walkthrough", site.repository_url)

    blender.sync()
    blender.install(extension_id)

    assert blender.find(extension_id).installed == "1.1.0"
    assert blender.update_all() == []


def test_a_theme_is_installed_by_its_dropped_link(
    blender: Blender, site: RunningSite, publish: Publish
) -> None:
    extension_id = f"theme_{blender.version.replace('.', '_')}"
    publish(extension_id, "1.0.0", kind="theme")
    blender.add_repository("Walkthrough", site.repository_url)

    dropped = blender.resolve_dropped_url(site.download_link(extension_id))
    assert dropped.extension is not None
    blender.install(dropped.extension.id)

    assert blender.find(extension_id).enabled


def test_a_dropped_link_names_the_repository_to_add(
    blender: Blender, site: RunningSite, publish: Publish
) -> None:
    extension_id = f"link_{blender.version.replace('.', '_')}"
    publish(extension_id, "1.0.0")

    dropped = blender.resolve_dropped_url(site.download_link(extension_id))

    assert dropped.parameters["repository"] == site.repository_url
    assert dropped.known_repository is None


def test_a_page_of_our_site_is_not_accepted_as_a_repository(
    blender: Blender, site: RunningSite
) -> None:
    blender.add_repository("Walkthrough", f"{site.url}/add-ons/")

    with pytest.raises(BlenderError):
        blender.sync()


@pytest.mark.parametrize("blender_version", parameters(ENDS), indirect=True)
def test_blender_subscribes_to_a_set(blender: Blender, site: RunningSite, publish: Publish) -> None:
    suffix = blender.version.replace(".", "_")
    member, pinned, other = (f"{name}_{suffix}" for name in ("member", "pinned", "other"))
    for extension_id in (member, pinned, other):
        publish(extension_id, "1.0.0")
    publish(pinned, "1.1.0")
    path: str = urlsplit(site.author.api("/sets/", {"title": f"Set {suffix}"})["url"]).path
    for extension_id, version in ((member, ""), (pinned, "1.0.0")):
        entry = f"{path}extensions/{extension_id}/"
        site.author.api(entry, {"version": version}, method="PUT")
    listing = f"{site.url}{path}index.json"

    # The link on the page of the set names the set as the repository to add.
    dropped = blender.resolve_dropped_url(site.drag_link(path))
    assert dropped.parameters["repository"] == listing
    repository = blender.add_repository("Set", listing)
    blender.sync()
    listed = {one.id: one.listed for one in blender.extensions() if one.repository == repository}
    assert listed == {member: "1.0.0", pinned: "1.0.0"}
    for extension_id in (member, pinned):
        blender.install(extension_id)
        assert blender.find(extension_id).enabled
    assert blender.resolve_dropped_url(site.drag_link(path)).known_repository == repository
    assert blender.update_all() == []

    # What changes in the set, Blender learns with the next sync.
    site.author.api(f"{path}extensions/{pinned}/", {"version": ""}, method="PUT")
    site.block(member, "Mines coins")
    blender.sync()
    assert blender.update_all() == [(pinned, "1.0.0", "1.1.0")]
    assert blender.find(member).blocked == "Mines coins"
