"""The harness drives a real Blender, with a repository made by Blender's tool, and with failures."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.blender.client import Blender, BlenderError, blender_cli
from tests.blender.install import ENDS, VERSIONS
from tests.blender.samples import write_extension, zip_extension
from tests.blender.scenario import Walkthrough, run_walkthrough
from tests.blender.serving import HttpFolder
from tests.sampled import some_names

Serve = Callable[[Path], HttpFolder]


class Publisher:
    """A folder of packages, with a listing by Blender's ``server-generate``."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder, self.version = folder, version
        folder.mkdir()

    def put(
        self, extension_id: str, version: str, *, kind: str = "add-on", **fields: str | list[str]
    ) -> Path:
        """Pack an extension and remove its other versions, which Blender's tool would list too."""
        for old in self.folder.glob(f"{extension_id}-*.zip"):
            old.unlink()
        source = write_extension(
            self.folder / f".{extension_id}",
            extension_id=extension_id,
            version=version,
            kind=kind,
            **fields,
        )
        package = zip_extension(source, self.folder / f"{extension_id}-{version}.zip")
        shutil.rmtree(source)
        self.generate()
        return package

    def block(self, extension_id: str, reason: str) -> None:
        (self.folder / "blender_repo.toml").write_text(
            f'schema_version = "1.0.0"\n[[blocklist]]\nid = "{extension_id}"\nreason = "{reason}"\n'
        )
        self.generate()

    def generate(self) -> None:
        done = blender_cli(self.version, "server-generate", "--repo-dir", self.folder)
        assert done.returncode == 0, done.stderr


#: The walkthrough runs in several Blenders; what the harness itself does hardly depends on them.
ONE_BLENDER = pytest.mark.parametrize("blender_version", some_names(ENDS, 1), indirect=True)


@pytest.fixture
def publisher(blender_version: str, tmp_path: Path) -> Publisher:
    return Publisher(tmp_path / "repository", blender_version)


@pytest.mark.parametrize(
    ("blender_version", "scheme"),
    [(ENDS[0], "file"), (ENDS[1], "http")],
    indirect=["blender_version"],
)
def test_a_repository_made_by_blenders_tool_passes_the_walkthrough(
    blender: Blender, publisher: Publisher, http_folder: Serve, scheme: str
) -> None:
    publisher.put("gear_tool", "1.0.0")
    served = http_folder(publisher.folder)
    url = f"{served.url}/index.json" if scheme == "http" else publisher.folder.as_uri()

    def download_link() -> str:
        package = next(publisher.folder.glob("gear_tool-*.zip"))
        return f"{served.url}/{package.name}?repository=.%2Findex.json&blender_version_min=4.2.0"

    def put_newer() -> None:
        publisher.put("gear_tool", "1.1.0")

    walk = Walkthrough(
        id="gear_tool",
        first="1.0.0",
        newer="1.1.0",
        publish_newer=put_newer,
        block=lambda reason: publisher.block("gear_tool", reason),
        download_link=download_link if scheme == "http" else None,
    )
    run_walkthrough(blender, url, walk)

    if scheme == "http":
        assert "/gear_tool-1.1.0.zip" in served.paths()
        agent = served.requests[0].headers["user-agent"]
        assert agent.startswith(f"Blender/{VERSIONS[blender.version]} ")
    else:
        assert served.requests == []


@ONE_BLENDER
def test_repositories_and_enabled_add_ons_are_restored_in_the_next_session(
    blender_version: str, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.put("gear_tool", "1.0.0")
    with Blender(blender_version, home=tmp_path / "home") as blender:
        repository = blender.add_repository("Walkthrough", publisher.folder.as_uri())
        blender.sync(repository)
        blender.install("gear_tool")
        before = blender.extensions()

    with Blender(blender_version, home=tmp_path / "home") as blender:
        assert blender.extensions() == before
        assert blender.is_loaded("gear_tool")


@ONE_BLENDER
def test_an_add_on_is_enabled_and_disabled(blender: Blender, publisher: Publisher) -> None:
    publisher.put("gear_tool", "1.0.0")
    blender.add_repository("Walkthrough", publisher.folder.as_uri())
    blender.sync()
    blender.install("gear_tool", enable=False)
    assert not blender.is_loaded("gear_tool")

    blender.enable("gear_tool")
    assert blender.is_loaded("gear_tool")

    blender.disable("gear_tool")
    assert not blender.is_loaded("gear_tool")
    assert not blender.find("gear_tool").enabled


@ONE_BLENDER
def test_a_theme_is_installed_and_in_use(blender: Blender, publisher: Publisher) -> None:
    publisher.put("night_shift", "1.0.0", kind="theme")
    blender.add_repository("Walkthrough", publisher.folder.as_uri())
    blender.sync()
    assert not blender.find("night_shift").enabled

    blender.install("night_shift")

    theme = blender.find("night_shift")
    assert (theme.type, theme.installed, theme.enabled) == ("theme", "1.0.0", True)


@ONE_BLENDER
def test_a_package_is_installed_from_disk(blender: Blender, publisher: Publisher) -> None:
    package = publisher.put("gear_tool", "1.0.0")

    blender.install_file(package)

    extension = blender.find("gear_tool")
    assert (extension.repository, extension.installed, extension.listed) == (
        "user_default",
        "1.0.0",
        None,
    )
    assert blender.is_loaded("gear_tool")


@ONE_BLENDER
def test_the_token_of_a_repository_reaches_the_server(
    blender: Blender, publisher: Publisher, http_folder: Serve
) -> None:
    publisher.put("gear_tool", "1.0.0")
    served = http_folder(publisher.folder)
    blender.add_repository("Walkthrough", f"{served.url}/index.json", token="open-sesame")

    blender.sync()
    blender.install("gear_tool")

    assert {request.headers["authorization"] for request in served.requests} == {
        "Bearer open-sesame"
    }
    assert set(served.requests[0].query) == {"platform", "blender_version", "python_version"}


@ONE_BLENDER
def test_an_incompatible_dropped_link_is_reported_before_anything_is_fetched(
    blender: Blender, publisher: Publisher, http_folder: Serve
) -> None:
    publisher.put("gear_tool", "1.0.0")
    served = http_folder(publisher.folder)
    blender.add_repository("Walkthrough", f"{served.url}/index.json")

    dropped = blender.resolve_dropped_url(
        f"{served.url}/gear_tool-1.0.0.zip?repository=.%2Findex.json&blender_version_min=9.9.0"
    )

    assert dropped.incompatible is not None
    assert "9.9.0" in dropped.incompatible
    assert served.requests == []


@ONE_BLENDER
def test_a_dropped_link_of_an_unknown_repository_is_not_found(
    blender: Blender, http_folder: Serve, tmp_path: Path
) -> None:
    served = http_folder(tmp_path)

    dropped = blender.resolve_dropped_url(
        f"{served.url}/gear_tool-1.0.0.zip?repository=%2Findex.json"
    )

    assert dropped.url == f"{served.url}/gear_tool-1.0.0.zip"
    assert dropped.parameters == {"repository": f"{served.url}/index.json"}
    assert (dropped.known_repository, dropped.extension) == (None, None)


@ONE_BLENDER
def test_a_failed_sync_is_an_error_with_blenders_message(
    blender: Blender, http_folder: Serve, tmp_path: Path
) -> None:
    served = http_folder(tmp_path)
    blender.add_repository("Walkthrough", f"{served.url}/index.json")

    with pytest.raises(BlenderError, match="404") as caught:
        blender.sync()

    assert [message.type for message in caught.value.messages][-1] == "FATAL_ERROR"
    assert caught.value.messages == tuple(blender.messages)


@ONE_BLENDER
def test_an_add_on_that_raises_while_it_is_enabled_is_an_error(
    blender: Blender, tmp_path: Path
) -> None:
    source = write_extension(tmp_path / "source", extension_id="gear_tool", version="1.0.0")
    (source / "__init__.py").write_text("import gears_that_nobody_made\n")

    with pytest.raises(BlenderError, match="gears_that_nobody_made"):
        blender.install_file(zip_extension(source, tmp_path / "gear_tool.zip"))


@ONE_BLENDER
def test_complaints_have_what_any_part_of_blender_reports(blender: Blender, tmp_path: Path) -> None:
    source = write_extension(tmp_path / "source", extension_id="gear_tool", version="1.0.0")
    with (source / "__init__.py").open("a") as module:
        module.write("import os\nprint('gears turn')\nprint('Warning: gear 1 is blunt')\n")
        module.write("os.write(1, b'gear 2 not found\\n')\nos.write(2, b'Error: no gear 3\\n')\n")
    blender.install_file(zip_extension(source, tmp_path / "gear_tool.zip"))
    assert sorted(blender.complaints()) == [
        "Error: no gear 3",
        "Warning: gear 1 is blunt",
        "gear 2 not found",
    ]

    (tmp_path / "no.zip").write_bytes(b"")
    with pytest.raises(BlenderError):
        blender.install_file(tmp_path / "no.zip")

    assert any(line.startswith(("ERROR: ", "FATAL_ERROR: ")) for line in blender.complaints())


@ONE_BLENDER
def test_a_crash_of_blender_is_reported_with_its_signal_and_log(
    blender: Blender, tmp_path: Path
) -> None:
    source = write_extension(tmp_path / "source", extension_id="gear_tool", version="1.0.0")
    (source / "__init__.py").write_text("import os\ndef register():\n    os.abort()\n")

    with pytest.raises(
        BlenderError, match=r"(SIGABRT|exit status).* during 'install_file'(.|\n)*in register"
    ):
        blender.install_file(zip_extension(source, tmp_path / "gear_tool.zip"))


@ONE_BLENDER
def test_a_hang_of_blender_ends_with_a_traceback(blender_version: str, tmp_path: Path) -> None:
    source = write_extension(tmp_path / "source", extension_id="gear_tool", version="1.0.0")
    (source / "__init__.py").write_text("import time\ndef register():\n    time.sleep(600)\n")
    package = zip_extension(source, tmp_path / "gear_tool.zip")

    with (
        Blender(blender_version, home=tmp_path / "home", time_limit=4.0) as blender,
        pytest.raises(BlenderError, match=r"Timeout(.|\n)*in register"),
    ):
        blender.install_file(package)


@ONE_BLENDER
def test_blenders_command_line_tool_can_be_run(blender_version: str, tmp_path: Path) -> None:
    source = write_extension(tmp_path / "source", extension_id="gear_tool", version="1.0.0")
    assert blender_cli(blender_version, "validate", source).returncode == 0

    (source / "__init__.py").unlink()
    refused = blender_cli(blender_version, "validate", source)

    assert refused.returncode == 1
    assert "__init__.py" in refused.stdout


@ONE_BLENDER
@pytest.mark.skipif(sys.platform == "win32", reason="asks for the processes of a group")
def test_no_process_is_left_after_a_session(blender_version: str, tmp_path: Path) -> None:
    import os

    with Blender(blender_version, home=tmp_path / "home") as blender:
        group = os.getpgid(blender.pid)

    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
