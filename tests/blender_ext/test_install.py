"""``install``, ``install-files`` and ``uninstall``: what they put into the folder of a repository, and what is left."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extery.blender_ext import place
from extery.fetch import retry
from tests.blender_ext.tool import Result, contents, make_repository, run, visible
from tests.fetch.web import Web, cut_off, endless, redirect, serving, status, tamper
from tests.repository.packages import put


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "remote", "gears", "cogs", "bolts")


@pytest.fixture
def local(tmp_path: Path) -> Path:
    return tmp_path / "local"


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry.RetryPolicy, "delay", lambda _self, _failures: 0.0)


@pytest.fixture
def web(remote: Path) -> Iterator[Web]:
    """Serve the repository."""
    with serving() as running:
        serve(running, remote)
        yield running


def serve(web: Web, remote: Path) -> None:
    for path in remote.iterdir():
        if path.is_file():
            web.put(f"/{path.name}", path.read_bytes())


def url_of(remote: Path | Web) -> str:
    return f"{remote.as_uri() if isinstance(remote, Path) else remote.url}/index.json"


def install(remote: Path | Web, local: Path, names: str, *arguments: str) -> Result:
    """Sync and install."""
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    assert run("sync", *repository).status == 0
    return run("install", names, *repository, "--temp-prefix-and-suffix", "./.~temp~", *arguments)


def cached(local: Path) -> list[str]:
    folder = local / ".blender_ext" / "cache"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_extensions_are_installed_again_and_removed(remote: Path, local: Path) -> None:
    first = install(remote, local, "gears,cogs")
    again = install(remote, local, "gears")
    removed = run("uninstall", "gears", "--local-dir", local)

    assert first.messages == [("STATUS", 'Installed "gears"'), ("STATUS", 'Installed "cogs"')]
    assert again.messages == [("STATUS", 'Reinstalled "gears"')]
    assert removed == (0, [("STATUS", 'Removed "gears"')], [])
    assert visible(local) == ["cogs"]
    assert set(contents(local / "cogs")) == {"blender_manifest.toml", "__init__.py"}


def test_packages_are_kept_unless_blender_wants_none(remote: Path, local: Path) -> None:
    install(remote, local, "gears")
    install(remote, local, "cogs", "--local-cache", "0")

    assert cached(local) == ["gears.zip"]
    run("uninstall", "gears", "--local-dir", local)
    assert cached(local) == []


def test_a_kept_package_is_not_downloaded_again(web: Web, local: Path) -> None:
    install(web, local, "gears")
    install(web, local, "gears")

    assert len(web.requests_of("/gears.zip")) == 1


def test_a_damaged_kept_package_is_downloaded_again(web: Web, local: Path) -> None:
    install(web, local, "gears")
    package = local / ".blender_ext" / "cache" / "gears.zip"
    package.write_bytes(bytes(package.stat().st_size))

    assert install(web, local, "gears").status == 0
    assert len(web.requests_of("/gears.zip")) == 2


def test_an_update_replaces_the_whole_folder(remote: Path, local: Path) -> None:
    install(remote, local, "gears")
    (local / "gears" / "old.py").write_text("")
    make_repository(remote, "gears", version="1.3.0")

    assert install(remote, local, "gears").status == 0
    assert b'"1.3.0"' in contents(local / "gears")["blender_manifest.toml"]
    assert visible(local) == ["gears"]
    assert "old.py" not in contents(local / "gears")


def test_a_link_in_place_of_an_extension_is_replaced_and_its_target_stays(
    remote: Path, local: Path, tmp_path: Path
) -> None:
    target = tmp_path / "source"
    target.mkdir()
    (target / "mine.py").write_text("")
    local.mkdir()
    (local / "gears").symlink_to(target)

    done = install(remote, local, "gears")

    assert done.messages == [("STATUS", 'Reinstalled "gears"')]
    assert not (local / "gears").is_symlink()
    assert (target / "mine.py").exists()


def test_the_package_that_blender_shows_is_installed(tmp_path: Path, local: Path) -> None:
    remote = make_repository(tmp_path / "remote")
    for number in (1, 2):
        put(remote, f"{number}.zip", version=f"{number}.0.0")
        make_repository(remote)
        (remote / f"{number}.json").write_bytes((remote / "index.json").read_bytes())
        (remote / f"{number}.zip").rename(remote / f"{number}.kept")
    for number in (1, 2):
        (remote / f"{number}.kept").rename(remote / f"{number}.zip")
    entries = [json.loads((remote / f"{n}.json").read_bytes())["data"][0] for n in (2, 1)]
    document = {"version": "v1", "blocklist": [], "data": entries}
    (remote / "index.json").write_text(json.dumps(document))

    install(remote, local, "gear_tool")

    assert b'"1.0.0"' in contents(local / "gear_tool")["blender_manifest.toml"]


def edit_listing(local: Path, **changes: Any) -> None:
    path = local / ".blender_ext" / "index.json"
    document = json.loads(path.read_bytes())
    for key, change in changes.items():
        document[key] = change(document[key])
    path.write_text(json.dumps(document))


def after_sync(remote: Path, local: Path, names: str, *arguments: str, **changes: Any) -> Result:
    """Sync, change the stored listing, and install."""
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    assert run("sync", *repository).status == 0
    edit_listing(local, **changes)
    return run("install", names, *repository, *arguments)


def test_what_cannot_be_installed_does_not_stop_the_others(remote: Path, local: Path) -> None:
    def change(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        by_id = {item["id"]: item for item in data}
        by_id["bolts"]["platforms"] = ["amiga-m68k"]
        return [*by_id.values(), {"id": "loom", "type": "node-pack"}, {"id": "saw"} | by_id["cogs"]]

    blocks = [{"id": "cogs", "reason": "broken"}]
    done = after_sync(
        remote,
        local,
        "cogs,none,bolts,loom,gears,",
        data=change,
        blocklist=lambda _: blocks,
    )

    assert done.status == 1
    assert done.messages == [
        ("FATAL_ERROR", 'Package "cogs", is blocked: broken'),
        ("FATAL_ERROR", 'Package "none", not found'),
        ("FATAL_ERROR", 'Package "bolts", found but not compatible with this system'),
        ("FATAL_ERROR", 'Package "loom", found but not compatible with this system'),
        ("FATAL_ERROR", 'Package "", not found'),
        ("STATUS", 'Installed "gears"'),
    ]


@pytest.mark.parametrize(
    ("arguments", "is_installed"),
    [
        (["--blender-version", "4.1.0"], False),
        (["--blender-version", "4.2.0"], True),
        (["--blender-version", "0.0.0", "--python-version", "3.11.7"], True),
    ],
)
def test_versions_decide_what_is_installed(
    arguments: list[str], is_installed: bool, remote: Path, local: Path
) -> None:
    assert (install(remote, local, "gears", *arguments).status == 0) == is_installed


@pytest.mark.parametrize(
    "arguments", [["--blender-version", "x"], ["--python-version", "three"]], ids=" ".join
)
def test_an_invalid_version_is_a_fatal_error(
    arguments: list[str], remote: Path, local: Path
) -> None:
    done = install(remote, local, "gears", *arguments)

    assert done.status == 1
    assert len(done.texts("FATAL_ERROR")) == 1


def test_an_invalid_entry_is_a_fatal_error(remote: Path, local: Path) -> None:
    done = after_sync(remote, local, "gears", data=lambda data: [{**e, "tags": 3} for e in data])

    assert done.status == 1
    assert done.texts("FATAL_ERROR")[0].startswith('Package malformed meta-data for "gears"')


@pytest.mark.parametrize(
    "change",
    [{"type": []}, {"type": None}, {"blender_version_max": "x"}],
    ids=repr,
)
def test_an_odd_entry_is_no_crash(change: dict[str, Any], remote: Path, local: Path) -> None:
    done = after_sync(remote, local, "gears", data=lambda data: [{**e, **change} for e in data])

    assert done.status == 1
    assert [kind for kind, _ in done.messages] == ["FATAL_ERROR"]


def test_a_block_without_reason_is_one(remote: Path, local: Path) -> None:
    blocks = [None, {"id": "gears", "reason": None}]
    done = after_sync(remote, local, "gears", blocklist=lambda _: blocks)

    assert done.texts("FATAL_ERROR") == ['Package "gears", is blocked: Unknown']


def test_a_token_that_cannot_be_sent_is_a_fatal_error(web: Web, local: Path) -> None:
    run("sync", "--remote-url", url_of(web), "--local-dir", local)
    arguments = ["gears", "--remote-url", url_of(web), "--local-dir", local]

    done = run("install", *arguments, "--access-token", "t\u00f6ken")

    assert done.status == 1
    assert [kind for kind, _ in done.messages] == ["FATAL_ERROR"]
    assert "t\u00f6ken" not in done.texts("FATAL_ERROR")[0]


def test_an_error_of_the_disk_is_a_fatal_error(
    remote: Path, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(place, "sync_to_disk", fail)
    done = install(remote, local, "gears")

    assert done.status == 1
    assert done.texts("FATAL_ERROR") == ["[Errno 5] Input/output error"]
    assert visible(local) == []


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"data": 1}', "[" * 100_000])
def test_without_a_listing_nothing_is_installed(
    text: str | None, remote: Path, local: Path
) -> None:
    if text is not None:
        (local / ".blender_ext").mkdir(parents=True)
        (local / ".blender_ext" / "index.json").write_text(text)

    done = run("install", "gears", "--remote-url", remote.as_uri(), "--local-dir", local)

    assert done.status == 1
    assert done.texts("FATAL_ERROR")[0].startswith("Error loading package repository: ")


def test_a_cut_off_download_is_continued(web: Web, local: Path) -> None:
    web.fail("/gears.zip", cut_off(100))

    assert install(web, local, "gears").status == 0
    assert web.requests_of("/gears.zip")[1]["range"] == "bytes=100-"
    assert cached(local) == ["gears.zip"]


def test_a_download_is_continued_by_the_next_run(web: Web, local: Path) -> None:
    web.fail("/gears.zip", cut_off(100), *[status(503)] * 4)
    assert install(web, local, "gears", "--local-cache", "0").status == 1

    assert install(web, local, "gears", "--local-cache", "0").status == 0
    assert web.requests_of("/gears.zip")[-1]["range"] == "bytes=100-"
    assert cached(local) == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(tamper(), id="tampered"),
        pytest.param(endless(), id="endless"),
        pytest.param(status(403), id="refused"),
        pytest.param(status(404), id="missing"),
        pytest.param(redirect("file:///etc/passwd"), id="redirect to a file"),
    ],
)
def test_a_bad_download_changes_nothing_and_the_others_are_installed(
    fault: Any, web: Web, local: Path
) -> None:
    web.fail("/gears.zip", *[fault] * 10)

    done = install(web, local, "gears,cogs")

    assert done.status == 1
    assert visible(local) == ["cogs"]
    assert len(done.texts("FATAL_ERROR")) == 1
    assert done.texts("FATAL_ERROR")[0].startswith('install "gears": ')
    assert cached(local) == ["cogs.zip"]


def test_a_listing_from_the_web_cannot_install_a_local_file(
    web: Web, remote: Path, local: Path
) -> None:
    document = json.loads(web.pages["/index.json"])
    for item in document["data"]:
        item["archive_url"] = (remote / item["archive_url"]).as_uri()
    web.put("/index.json", json.dumps(document).encode())

    done = install(web, local, "gears")

    assert done.status == 1
    assert visible(local) == []


def test_the_token_is_not_sent_to_the_host_of_packages(web: Web, remote: Path, local: Path) -> None:
    with serving() as other:
        serve(other, remote)
        document = json.loads(web.pages["/index.json"])
        for item in document["data"]:
            item["archive_url"] = other.url + item["archive_url"].removeprefix(".")
        web.put("/index.json", json.dumps(document).encode())

        install(web, local, "gears", "--access-token", "secret", "--online-user-agent", "Blender")

        [headers] = other.requests_of("/gears.zip")
    assert "authorization" not in headers
    assert headers["user-agent"] == "Blender"


def test_packages_are_downloaded_at_the_same_time(web: Web, local: Path) -> None:
    barrier = threading.Barrier(3, timeout=60)

    def meet(_handler: Any, _body: bytes) -> bool:
        barrier.wait()
        return False

    for name in ("gears", "cogs", "bolts"):
        web.fail(f"/{name}.zip", meet)

    done = install(web, local, "gears,cogs,bolts")

    assert done.status == 0
    assert {text for text, *_ in done.progress} == {"Downloading 3 packages"}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"extension_id": "saws"}, 'Package ID mismatch (remote: "gears", archive: "saws")'),
        (
            {"extension_id": "gears", "version": "9.0.0"},
            'Package version mismatch (remote: "1.2.3", archive: "9.0.0")',
        ),
    ],
)
def test_another_package_than_that_of_the_listing_is_not_installed(
    other: dict[str, Any], expected: str, remote: Path, local: Path
) -> None:
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    run("sync", *repository)
    put(remote, "gears.zip", **other)
    [entry] = json.loads((make_repository(remote) / "index.json").read_bytes())["data"][-1:]
    entries = json.loads((remote / "index.json").read_bytes())["data"]
    entry = next(item for item in entries if item["archive_url"] == "./gears.zip")
    edit_listing(local, data=lambda _: [entry | {"id": "gears", "version": "1.2.3"}])

    done = run("install", "gears", *repository)

    assert (done.status, done.messages) == (1, [("ERROR", expected)])
    assert visible(local) == []


def test_a_package_that_cannot_be_opened_is_not_installed(tmp_path: Path, local: Path) -> None:
    local.mkdir()
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    good = put(tmp_path, "good.zip")

    done = run(
        "install-files", tmp_path / "bad.zip", good, tmp_path / "none.zip", "--local-dir", local
    )

    assert done.status == 1
    assert [kind for kind, _ in done.messages] == ["ERROR", "ERROR", "STATUS"]
    assert visible(local) == ["gear_tool"]


def test_the_compatibility_of_a_file_is_checked(tmp_path: Path, local: Path) -> None:
    local.mkdir()
    package = put(tmp_path, "new.zip", blender_version_min="5.0.0")
    arguments = [package, "--local-dir", local, "--blender-version"]

    assert run("install-files", *arguments, "4.2.0").texts("ERROR") == [
        f"gear_tool: the package is not compatible with {system('4.2.0')}"
    ]
    assert run("install-files", *arguments, "5.0.0").status == 0


def system(blender: str) -> str:
    from extery.core import platforms

    return f"Blender {blender} on {platforms.current()}"


def test_an_asset_library_is_for_blenders_that_know_the_type(tmp_path: Path, local: Path) -> None:
    local.mkdir()
    package = put(tmp_path, "trees.zip", extension_id="trees", kind="asset-library", tags=["Model"])
    arguments = [package, "--local-dir", local, "--blender-version"]

    assert run("install-files", *arguments, "5.2.0").status == 1
    assert run("install-files", *arguments, "5.3.0").messages == [("STATUS", 'Installed "trees"')]


def test_files_need_an_existing_folder(tmp_path: Path, local: Path) -> None:
    done = run("install-files", put(tmp_path, "a.zip"), "--local-dir", local)

    assert done.messages == [("FATAL_ERROR", f'destination directory "{local}" does not exist')]


@pytest.mark.parametrize("name", ["", ".", "..", ".blender_ext", "a/b", "/etc", "a\\b"])
def test_names_that_are_no_ids_are_not_removed(name: str, remote: Path, local: Path) -> None:
    install(remote, local, "gears")
    before = contents(local)

    done = run("uninstall", name, "--local-dir", local)

    assert done.status == 1
    assert done.texts("FATAL_ERROR") == [f'Package name invalid "{name}"']
    assert contents(local) == before


def test_what_is_not_installed_does_not_keep_the_others(remote: Path, local: Path) -> None:
    install(remote, local, "gears,cogs")

    done = run("uninstall", "none,gears", "--local-dir", local)

    assert done.status == 1
    assert done.messages == [
        ("FATAL_ERROR", 'Package not found "none"'),
        ("STATUS", 'Removed "gears"'),
    ]
    assert visible(local) == ["cogs"]


def test_user_files_are_removed_on_request_only(remote: Path, local: Path, tmp_path: Path) -> None:
    user = tmp_path / "user"
    for name in ("gears", "cogs"):
        (user / name / "presets").mkdir(parents=True)
    install(remote, local, "gears,cogs")

    run("uninstall", "cogs", "--local-dir", local)
    done = run("uninstall", "gears", "--local-dir", local, "--user-dir", user)

    assert done.messages == [("STATUS", 'Removed "gears"'), ("STATUS", 'Removed cache "gears"')]
    assert [path.name for path in user.iterdir()] == ["cogs"]


def test_a_missing_folder_is_a_fatal_error(local: Path) -> None:
    assert run("uninstall", "gears", "--local-dir", local).texts("FATAL_ERROR") == [
        f'Missing local "{local}"'
    ]


def test_a_folder_that_cannot_be_removed_is_relocated(
    remote: Path, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(remote, local, "gears")

    def rmtree(path: Path, **_options: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    again = install(remote, local, "gears")
    removed = run("uninstall", "gears", "--local-dir", local)

    expected = 'Relocated directory that could not be removed "gears": '
    assert again.messages[0][1].startswith(expected)
    assert again.messages[1] == ("STATUS", 'Reinstalled "gears"')
    assert removed.messages[0][1].startswith(expected)
    assert visible(local) == [".gears.temp", ".gears.~temp~"]


def test_a_full_disk_leaves_the_old_extension(
    remote: Path, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(remote, local, "gears")
    before = contents(local / "gears")
    make_repository(remote, "gears", version="1.3.0")

    def unpack(_package: Any, folder: Path, **_options: Any) -> None:
        folder.mkdir()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place, "unpack", unpack)
    done = install(remote, local, "gears")

    assert done.status == 1
    assert "No space left" in done.texts("ERROR")[0]
    assert visible(local) == ["gears"]
    assert contents(local / "gears") == before


def test_a_second_process_waits_for_the_first(remote: Path, local: Path) -> None:
    commands = [
        [
            *(sys.executable, "-m", "extery", "blender-ext", "install", name),
            *("--remote-url", url_of(remote), "--local-dir", str(local)),
        ]
        for name in ("gears", "cogs", "bolts", "gears")
    ]
    run("sync", "--remote-url", url_of(remote), "--local-dir", local)

    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for command in commands]

    assert [process.communicate()[0] and process.returncode for process in processes] == [0] * 4
    assert visible(local) == ["bolts", "cogs", "gears"]


KILLED_WHILE = ("unpack", "sync_to_disk", "switch", "_remove")
_KILLED = """\
import os, signal, sys
from extery.blender_ext import place
from extery.blender_ext.tool import run

name, before = sys.argv[1:3]
function = getattr(place, name)

def die(*arguments, **options):
    if before == "after":
        function(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(place, name, die)
run(sys.argv[3:])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("function", KILLED_WHILE)
def test_a_killed_update_leaves_the_old_or_the_new_version(
    function: str, moment: str, remote: Path, local: Path
) -> None:
    install(remote, local, "gears")
    old = contents(local / "gears")
    make_repository(remote, "gears", version="1.3.0")
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    run("sync", *repository)

    command = [sys.executable, "-c", _KILLED, function, moment, "install", "gears", *repository]
    killed = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)

    assert killed.returncode == -signal.SIGKILL
    left = contents(local / "gears")
    assert left == old or b'"1.3.0"' in left["blender_manifest.toml"]
    assert install(remote, local, "cogs").status == 0
    assert [name for name in visible(local) if name != ".gears.temp"] == ["cogs", "gears"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("function", ["switch", "_remove"])
def test_a_killed_removal_leaves_the_extension_whole_or_not_at_all(
    function: str, moment: str, remote: Path, local: Path
) -> None:
    install(remote, local, "gears")
    old = contents(local / "gears")

    command = [sys.executable, "-c", _KILLED, function, moment, "uninstall", "gears"]
    killed = subprocess.run([*command, "--local-dir", str(local)], check=False)

    assert killed.returncode == -signal.SIGKILL
    assert not (local / "gears").exists() or contents(local / "gears") == old
    assert run("install-files", remote / "cogs.zip", "--local-dir", local).status == 0
    assert visible(local) in (["cogs"], ["cogs", "gears"])


def test_an_update_that_was_interrupted_between_its_renames_is_taken_back(
    remote: Path, local: Path
) -> None:
    install(remote, local, "gears")
    old = contents(local / "gears")
    (local / "gears").rename(local / ".gears.~temp~")
    (local / "gears@").mkdir()
    (local / ".blender_ext" / "extery.lock.holder").write_text("")

    assert install(remote, local, "cogs").status == 0
    assert visible(local) == ["cogs", "gears"]
    assert contents(local / "gears") == old


@pytest.mark.parametrize("names", ["/.temp", "../.temp", "x/.temp", "./a/b", ".temp"])
def test_temporary_names_that_blender_would_load_or_that_lead_away_are_refused(
    names: str, remote: Path, local: Path
) -> None:
    install(remote, local, "gears")

    done = run("uninstall", "gears", "--local-dir", local, "--temp-prefix-and-suffix", names)

    assert done.status == 2
    assert visible(local) == ["gears"]


def test_an_interrupted_download_can_be_continued(web: Web, local: Path) -> None:
    run("sync", "--remote-url", url_of(web), "--local-dir", local)
    is_requested, may_end = threading.Event(), threading.Event()

    def hold(handler: Any, body: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:200])
        handler.wfile.flush()
        is_requested.set()
        may_end.wait(60)
        return True

    web.fail("/gears.zip", hold)
    arguments = ["install", "gears", "--remote-url", url_of(web), "--local-dir", str(local)]
    command = [sys.executable, "-m", "extery", "blender-ext", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert is_requested.wait(60)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    may_end.set()

    assert process.returncode == 1
    assert (b"FATAL" in output, errors) == (False, b"")
    assert install(web, local, "gears").status == 0
    assert cached(local) == ["gears.zip"]
