"""Tokens, addresses, proxies, and servers that are not trusted (10 to 14)."""

from __future__ import annotations

import shutil
import stat

import pytest
from click.testing import CliRunner

from extery.cli.app import extery, load_command
from tests.client.samples import make_package
from tests.client.weaknesses.computer import LISTING, Computer
from tests.fetch.web import redirect, serving

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


def test_a_proxy_is_that_of_the_system_or_of_the_settings(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """13: Blender's client reads the environment only, and does not tell the fault of a proxy from that of a server."""
    url = "http://studio.example.org/index.json"
    computer.run("repo", "add", url, "--no-check", "--name", "studio")
    listing = computer.web.pages[LISTING]
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert "doctor.proxy" in computer.codes("doctor")
    assert computer.run("sync").exit_code == 1

    # A server that is asked for a whole address is a proxy.
    computer.web.pages[url] = listing
    run = CliRunner().invoke
    assert run(extery, ["config", "set", "proxy", computer.web.url]).exit_code == 0

    assert computer.run("sync").exit_code == 0
    assert computer.web.seen[-1].path.startswith(url)
    assert "doctor.proxy" not in computer.codes("doctor")


def test_a_proxy_of_the_settings_is_named_if_it_does_not_answer(computer: Computer) -> None:
    """13: and requests to this computer never need one."""
    computer.offer()
    computer.subscribe()
    run = CliRunner().invoke
    assert run(extery, ["config", "set", "proxy", "http://127.0.0.1:9"]).exit_code == 0
    assert computer.run("sync").exit_code == 0
    computer.run("repo", "add", "http://studio.example.org/", "--no-check")

    [problem] = [p for p in computer.data("doctor")["problems"] if p["code"] == "doctor.proxy"]
    assert "extery config set proxy auto" in problem["hint"]


@pytest.mark.parametrize(
    "value", ["proxy.example.org", "socks5://x:1080", "http://ada:secret@x:3128", "http://"]
)
def test_only_a_proxy_that_can_be_used_is_set(computer: Computer, value: str) -> None:
    """13: the settings name what is possible."""
    result = CliRunner().invoke(extery, ["config", "set", "proxy", value])

    assert result.exit_code == 1
    assert "it is one of auto, none, http://HOST:PORT" in result.stderr
    assert CliRunner().invoke(extery, ["config", "get", "proxy"]).stdout == "auto\n"


def test_a_package_that_is_exchanged_under_its_version_is_noticed(computer: Computer) -> None:
    """14: to Blender's client it is the same version, whatever it is now."""
    package = computer.offer()
    computer.subscribe()
    computer.run("install", "gear_tool")
    assert computer.codes("sync") == []
    computer.withdraw("gear_tool")
    changed = make_package(computer.folder / "evil", files={"evil.py": "spy = True\n"})
    computer.offer_bytes(package.name, changed.read_bytes(), "gear_tool")

    assert computer.codes("sync") == ["sync.package-replaced"]
    assert computer.codes("audit") == ["sync.package-replaced"]
    assert computer.run("update").exit_code == 0
    assert not (computer.extensions / "studio/gear_tool/evil.py").exists()
    computer.run("install", "gear_tool", "--reinstall")
    assert computer.codes("sync") == []


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
