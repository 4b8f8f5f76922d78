"""Tokens, addresses, and packages that are not what they should be (10 to 17)."""

from __future__ import annotations

import shutil
import stat
import zipfile

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery, load_command
from tests.client.samples import make_package
from tests.client.weaknesses.computer import LISTING, Computer
from tests.fetch.web import redirect, serving
from tests.repository.packages import put

SECRET = "token-4711"


def test_a_token_is_sent_to_its_own_server_only(computer: Computer) -> None:
    """10: Blender's client sends it along to the hosts of redirects and of packages."""
    with serving() as other:
        redirected = computer.offer("gear_tool")
        elsewhere = computer.offer("dusk_tool")
        for package in (redirected, elsewhere):
            other.put(f"/x/{package.name}", package.read_bytes())
        computer.studio.entries[1]["archive_url"] = f"{other.url}/x/{elsewhere.name}"
        computer.studio.publish()
        target = f"{other.url}/x/{redirected.name}"
        computer.web.fail(f"/r/{redirected.name}", *[redirect(target)] * 3)
        computer.subscribe(token=SECRET)

        assert computer.run("install", "gear_tool", "dusk_tool").exit_code == 0

        assert len(other.seen) == 2
        assert not any("authorization" in request.headers for request in other.seen)
    own = [request.headers.get("authorization") for request in computer.web.seen]
    assert set(own) == {f"Bearer {SECRET}"}


def test_a_token_is_neither_an_argument_nor_readable_by_others(computer: Computer) -> None:
    """10: Blender passes it as an argument, and stores it in its preferences."""
    computer.subscribe(token=SECRET)

    options = [
        option
        for name in ("repo", "sync", "install", "update")
        for option in load_command(name).params
        if "token" in str(option.name)
    ]
    assert options == []
    private = computer.folder / "config/tokens.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert SECRET in private.read_text()
    readable = [path for path in computer.extensions.rglob("*") if path.is_file()]
    assert readable
    assert not any(SECRET in path.read_text("utf-8", "replace") for path in readable)


@pytest.mark.parametrize(
    "form", ["{name}", "./{name}", "/r/{name}", "../r/{name}", "{url}/r/{name}"]
)
def test_every_relative_address_of_a_package_is_resolved(computer: Computer, form: str) -> None:
    """11: Blender's client knows ./ only."""
    package = computer.offer()
    address = form.format(name=package.name, url=computer.web.url)
    computer.studio.entries[0]["archive_url"] = address
    computer.studio.publish()
    computer.subscribe()

    result = computer.run("install", "gear_tool")

    assert result.exit_code == 0, result.output
    assert computer.versions() == {"gear_tool": "1.0.0"}


@pytest.mark.parametrize("beside", ["the given address", "the redirect's target"])
def test_packages_are_found_beside_the_listing_or_where_it_was_redirected_to(
    computer: Computer, beside: str
) -> None:
    """11: Blender's client looks beside the given address only. What it finds there comes first."""
    package = computer.offer()
    with serving() as other:
        target = other.put("/deep/index.json", computer.web.pages[LISTING])
        if beside != "the given address":
            other.put(f"/deep/{package.name}", computer.web.pages.pop(f"/r/{package.name}"))
        computer.web.fail(LISTING, *[redirect(target)] * 9)
        computer.subscribe()

        result = computer.run("install", "gear_tool")
        assert result.exit_code == 0, result.output
        assert computer.run("verify").exit_code == 0
        computer.run("lock", computer.folder / "extery.lock")

    folder = other.url + "/deep" if beside != "the given address" else computer.web.url + "/r"
    assert f'url = "{folder}/{package.name}"' in (computer.folder / "extery.lock").read_text()


def test_a_listing_from_the_web_cannot_name_a_file_of_this_computer(computer: Computer) -> None:
    """12: Blender's client installs it."""
    package = computer.offer(entry={"archive_url": "file:///etc/hostname"})
    computer.studio.entries[0]["archive_url"] = package.as_uri()
    computer.studio.publish()
    computer.subscribe()

    assert computer.codes("install", "gear_tool") == ["fetch.archive-url-local"]
    assert computer.versions() == {}


def test_a_mirror_takes_the_place_of_a_repository_that_is_gone(computer: Computer) -> None:
    """13: Blender has no mirrors: a repository is one server."""
    computer.offer()
    mirror = computer.folder / "mirror"
    computer.subscribe()
    assert computer.run("install", "gear_tool").exit_code == 0
    assert computer.run("lock", computer.folder / "extery.lock").exit_code == 0
    assert CliRunner().invoke(extery, ["mirror", computer.studio.url, str(mirror)]).exit_code == 0
    computer.web.pages.clear()
    shutil.rmtree(computer.extensions)

    assert computer.run("repo", "add", mirror, "--name", "studio").exit_code == 0
    assert computer.run("install", "gear_tool").exit_code == 0
    assert computer.versions() == {"gear_tool": "1.0.0"}


def test_a_proxy_is_used_and_named_when_it_does_not_answer(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """13: Blender's client reads the same variables, and tells a proxy's fault from a server's as little as any other."""
    computer.subscribe()
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert "doctor.proxy" in computer.codes("doctor")


def test_a_lock_file_pins_the_bytes_of_each_package(computer: Computer) -> None:
    """13, 14: whoever can change a server's listing and packages together deceives Blender's client."""
    package = computer.offer()
    computer.subscribe()
    lock = computer.folder / "extery.lock"
    computer.run("install", "gear_tool")
    assert computer.run("lock", lock).exit_code == 0
    computer.withdraw("gear_tool")
    changed = make_package(computer.folder / "evil", files={"evil.py": "spy = True\n"})
    computer.offer_bytes(package.name, changed.read_bytes(), "gear_tool")
    shutil.rmtree(computer.extensions)
    shutil.rmtree(computer.folder / "cache")

    result = computer.run("restore", lock)

    assert result.exit_code == 1
    assert computer.versions() == {}


@pytest.mark.parametrize("host", ["http://studio.example.org", "http://192.0.2.7:8000"])
def test_a_repository_without_encryption_is_warned_of(computer: Computer, host: str) -> None:
    """14: Blender's client says nothing."""
    added = computer.data("repo", "add", f"{host}/index.json", "--no-check", "--name", "studio")

    assert added["status"] == 0
    [problem] = added["problems"]
    assert (problem["code"], problem["severity"]) == ("repo.plain-http", "warning")
    assert f"{host.replace('http', 'https')}/index.json" in problem["hint"]
    assert "repo.plain-http" in computer.codes("doctor", "--offline")


@pytest.mark.parametrize("url", ["https://example.org/index.json", "http://localhost:8000/"])
def test_a_repository_that_others_cannot_change_is_not_warned_of(
    computer: Computer, url: str
) -> None:
    """14: this computer itself needs no encryption."""
    assert computer.codes("repo", "add", url, "--no-check") == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("con.txt", b"", "path.not-portable"),
        ("a" * 300 + ".txt", b"", "path.not-portable"),
        ("../evil.txt", b"", "path.unsafe"),
        ("/evil.txt", b"", "path.unsafe"),
        ("big.bin", bytes(300_000_000), "package.bomb"),
    ],
)
def test_packages_are_limited_in_size_and_names(
    computer: Computer, name: str, content: bytes, code: str
) -> None:
    """15: Blender's client has no limits, and unpacks what it can."""
    package = make_package(computer.folder / "made")
    with zipfile.ZipFile(package, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    computer.offer_bytes(package.name, package.read_bytes(), "gear_tool")
    computer.subscribe()

    result = computer.run("install", "gear_tool")

    assert result.exit_code == 1
    assert f"[{code}]" in result.output
    assert computer.versions() == {}


def test_compiled_code_that_hides_behind_its_source_is_warned_of(computer: Computer) -> None:
    """15: Blender installs it without a word."""
    package = make_package(computer.folder / "made", files={"core.py": "safe = True\n"})
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr("__pycache__/core.cpython-311.pyc", b"\xa7\r\r\n\x01\0\0\0" + bytes(8))
        archive.writestr("__pycache__/other.cpython-311.pyc", b"\xa7\r\r\n" + bytes(12))
        archive.writestr("hidden.pyc", b"\xa7\r\r\n" + bytes(12))
    computer.offer_bytes(package.name, package.read_bytes(), "gear_tool")
    computer.subscribe()

    done = computer.data("install", "gear_tool")

    assert (done["status"], computer.versions()) == (0, {"gear_tool": "1.0.0"})
    [problem] = done["problems"]
    assert problem["code"] == "install.bytecode"
    assert problem["message"].endswith(
        "2 compiled files that run unread: __pycache__/core.cpython-311.pyc, hidden.pyc"
    )


def test_a_blocked_extension_is_reported_and_removed_by_a_policy(computer: Computer) -> None:
    """16: Blender leaves it enabled, and does not notice a block of an id that is not listed any more."""
    computer.offer()
    computer.subscribe()
    computer.run("install", "gear_tool")
    computer.withdraw("gear_tool")
    computer.studio.blocklist = [{"id": "gear_tool", "reason": "it mines coins"}]
    computer.studio.publish()

    assert computer.codes("sync") == ["sync.blocked"]
    assert computer.codes("audit") == ["audit.blocked"]
    computer.run("config", "set", "blocked", "remove")
    policy = computer.folder / "policy.toml"
    policy.write_text('blocked = "remove"\n')
    assert computer.run("audit", "--policy", policy).exit_code == 0
    assert computer.versions() == {}


@pytest.mark.parametrize(
    ("entry", "fields", "words"),
    [
        ({"type": "theme"}, {}, "is of type add-on, and listed as theme"),
        ({}, {"extra": '[permissions]\nnetwork = "Sends gears home"\n'}, "does not name: network"),
        ({"id": "gear_tool", "version": "1.0.1"}, {}, "expected was gear_tool 1.0.1"),
    ],
    ids=["type", "permissions", "version"],
)
@pytest.mark.parametrize("tool", ["extery", "blender-ext"])
def test_a_package_has_to_be_what_its_listing_says(
    computer: Computer, tool: str, entry: dict[str, str], fields: dict[str, str], words: str
) -> None:
    """17: Blender's client compares id and version only."""
    package = put(computer.folder, "gear.zip", version="1.0.0", **fields)
    values = {"version": "1.0.0", **entry}
    computer.offer_bytes("gear.zip", package.read_bytes(), "gear_tool", **values)
    computer.subscribe()
    computer.run("sync")

    if tool == "extery":
        result = computer.run("install", "gear_tool")
    else:
        result = _blender_ext(computer, "install", "gear_tool")

    assert result.exit_code == 1
    assert words in result.output or "mismatch" in result.output
    assert computer.versions() == {}


def _blender_ext(computer: Computer, *arguments: str) -> Result:
    place = ["--local-dir", str(computer.extensions / "studio")]
    return CliRunner().invoke(
        extery, ["blender-ext", *arguments, "--remote-url", computer.studio.url, *place]
    )
