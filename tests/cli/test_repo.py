"""``extery repo`` and ``extery config``: arguments, output and exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.client.network import store_blender_online
from extery.client.targets import Target
from tests.client.samples import make_package, state_of
from tests.client.test_blender import make_program
from tests.fetch.web import redirect, serving
from tests.repository.hosted import Repository

SECRET = "token-4711"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """A repository over HTTP; settings and folders of the client are in ``tmp_path``."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "EXTERY_CLIENT_TOKEN", "EXTERY_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with serving() as web:
        made = Repository(tmp_path / "source", web)
        made.add("gear.zip")
        web.seen.clear()
        yield made


def repo(*arguments: str, stdin: str = "", folder: str = "ext", **environ: str) -> Result:
    command = ["repo", *arguments, "--dir", folder, "--blender", "4.2"]
    return CliRunner().invoke(extery, command, input=stdin, env=environ)


def data_of(*arguments: str) -> Any:
    return json.loads(repo(*arguments, "--json").stdout)


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data_of("list")["targets"][0]["repositories"]
    return found


def stored(folder: Path) -> str:
    return "".join(path.read_text() for path in (folder / "ext").rglob("*.json"))


def test_a_repository_is_added_after_a_look_at_its_listing(repository: Repository) -> None:
    result = repo("add", repository.url, "--name", "studio")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"studio  {repository.url}\n"
    next_step = "to fetch its listing: extery sync --dir ext --blender 4.2\n"
    assert result.stderr == f"{next_step}Added studio to Blender 4.2. No problems.\n"
    assert [request.path for request in repository.web.seen] == ["/r/index.json"]
    assert rows()[0]["url"] == repository.url


def test_what_is_not_a_listing_is_not_added(repository: Repository) -> None:
    result = repo("add", repository.web.put("/other.json", b"[]"))
    assert (result.exit_code, rows()) == (1, [])
    assert "listing.not-an-object" in result.stderr
    assert result.stderr.endswith("The repository was not added. Found 1 error.\n")
    assert repo("add", f"{repository.web.url}/none.json").exit_code == 1


def test_a_listing_with_bad_entries_can_be_added(repository: Repository) -> None:
    url = repository.web.put("/r/index.json", b'{"version": "v1", "blocklist": [], "data": [7]}')
    assert repo("add", url).exit_code == 0


def test_a_home_page_leads_to_the_listing_and_that_is_printed(repository: Repository) -> None:
    page = f'<a href="{repository.web.url}/r/gear.zip?repository=%2Fr%2Findex.json">Gears</a>'
    home = repository.web.put("/", page.encode())
    result = repo("add", home)
    assert result.exit_code == 0, result.output
    assert f"{home} leads to {repository.url}, which was added\n" in result.stderr
    assert rows()[0]["url"] == repository.url


def test_without_a_check_nothing_is_requested(repository: Repository) -> None:
    document = data_of("add", "https://example.org/index.json", "--no-check")
    assert (document["ok"], document["checked"]) == (True, False)
    assert repository.web.seen == []


@pytest.mark.parametrize("how", ["option", "environment", "setting", "blender"])
def test_offline_a_repository_is_added_unchecked_with_a_warning(
    repository: Repository, tmp_path: Path, how: str
) -> None:
    environ = {"EXTERY_OFFLINE": "1"} if how == "environment" else {}
    if how == "setting":
        CliRunner().invoke(extery, ["config", "set", "online", "no"])
    if how == "blender":
        store_blender_online(Target(tmp_path / "ext", (4, 2, 0)), False)
    options = ["--offline"] if how == "option" else []
    result = repo("add", repository.url, *options, **environ)
    assert result.exit_code == 0, result.output
    assert "[repo.unchecked]" in result.stderr
    assert repository.web.seen == []


def test_a_token_is_read_from_stdin_and_printed_nowhere(
    repository: Repository, tmp_path: Path
) -> None:
    result = repo("add", repository.url, "--token-stdin", stdin=f"{SECRET}\n")
    assert result.exit_code == 0, result.output
    assert repository.web.requests_of("/r/index.json")[0]["authorization"] == f"Bearer {SECRET}"
    outputs = [result.output, repo("list").output, repo("list", "--json").output]
    assert not any(SECRET in text for text in [*outputs, stored(tmp_path)])
    assert "token in file" in outputs[1]
    assert rows()[0]["token"] == "file"


def test_a_token_that_cannot_be_stored_is_an_error_of_a_repository_that_was_added(
    repository: Repository, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "config/tokens.lock"
    in_the_way.mkdir(parents=True)
    result = repo("add", repository.url, "--name", "studio", "--token-stdin", stdin=SECRET)
    assert result.exit_code == 1
    assert "studio was added without its token" in result.output
    assert "extery repo token studio" in result.output
    assert "Added studio" in result.output
    assert SECRET not in result.output
    in_the_way.rmdir()
    assert [row["name"] for row in rows()] == ["studio"]
    assert repo("token", "studio", "--token-stdin", stdin=SECRET).exit_code == 0


def test_a_token_of_the_environment_is_not_stored(repository: Repository, tmp_path: Path) -> None:
    result = repo("add", repository.url, EXTERY_CLIENT_TOKEN=SECRET)
    assert result.exit_code == 0, result.output
    assert repository.web.requests_of("/r/index.json")[0]["authorization"] == f"Bearer {SECRET}"
    assert rows()[0]["token"] == "environment"
    assert SECRET not in stored(tmp_path) + (tmp_path / "config/tokens.json").read_text()


def test_a_token_is_not_sent_to_a_server_that_the_listing_redirects_to(
    repository: Repository,
) -> None:
    with serving() as other:
        listing = repository.web.pages["/r/index.json"]
        repository.web.fail("/r/index.json", redirect(other.put("/index.json", listing)))
        assert repo("add", repository.url, "--token-stdin", stdin=SECRET).exit_code == 0
        assert "authorization" not in other.requests_of("/index.json")[0]


def test_a_token_is_not_sent_to_a_server_that_a_page_names(repository: Repository) -> None:
    with serving() as other:
        url = other.put("/index.json", repository.web.pages["/r/index.json"])
        home = repository.web.put("/", f'<a href="{url}">'.encode())
        result = repo("add", home, "--token-stdin", stdin=SECRET)
        assert (result.exit_code, other.seen) == (1, [])
        assert "[listing.web-page]" in result.stderr


@pytest.mark.parametrize("token", ["", "ä", "a b\nc"])
def test_a_token_that_cannot_be_sent_is_refused_before_a_request(
    repository: Repository, token: str
) -> None:
    result = repo("add", repository.url, "--token-stdin", stdin=token)
    assert (result.exit_code, repository.web.seen) == (1, [])


def test_a_token_can_be_replaced_and_deleted(repository: Repository, tmp_path: Path) -> None:
    repo("add", repository.url, "--name", "studio", "--token-stdin", stdin="old")
    result = repo("token", "studio", "--token-stdin", stdin=SECRET)
    assert result.stderr == "Stored the token of studio in the file. No problems.\n"
    assert SECRET in (tmp_path / "config/tokens.json").read_text()
    assert repo("token", "studio", "--delete").stderr.startswith("Deleted the token of studio.")
    assert SECRET not in (tmp_path / "config/tokens.json").read_text()
    assert repo("token", "studio").exit_code == 2
    assert repo("token", "nope", "--delete").exit_code == 1


def test_removing_a_repository_keeps_extensions_and_deletes_the_token(
    repository: Repository, tmp_path: Path
) -> None:
    repo("add", repository.url, "--name", "studio", "--token-stdin", stdin=SECRET)
    install(tmp_path)
    result = repo("remove", "studio")
    assert result.exit_code == 0, result.output
    again = f"extery repo add {repository.url} --name studio"
    assert result.stdout == f"studio: 1 extension stays; to update them again: {again}\n"
    assert [(row["name"], row["url"], row["installed"]) for row in rows()] == [("studio", "", 1)]
    assert SECRET not in (tmp_path / "config/tokens.json").read_text()
    assert repo(*again.split()[2:]).exit_code == 0
    assert rows()[0]["url"] == repository.url


def test_a_purge_removes_the_extensions_too(repository: Repository, tmp_path: Path) -> None:
    repo("add", repository.url, "--name", "studio")
    install(tmp_path)
    document = data_of("remove", "studio", "--purge")
    [removed] = document["targets"][0]["removed"]
    assert (removed["removed"], removed["kept"], removed["operation"]) == (["gear_tool"], [], 2)
    assert rows() == []


def install(folder: Path) -> None:
    from extery.client.repositories import find_repository
    from extery.client.transaction import transaction

    target, package = Target(folder / "ext", (4, 2, 99)), make_package(folder)
    with transaction(target, "install") as change:
        change.install(find_repository(target, "studio"), "gear_tool", state_of(package), package)
        change.commit()


def test_one_unknown_name_does_not_keep_the_others(repository: Repository) -> None:
    repo("add", repository.url, "--name", "studio")
    result = repo("remove", "nope", "studio")
    assert result.exit_code == 1
    assert "Removed studio from Blender 4.2. Found 1 error." in result.stderr


def test_repositories_are_disabled_enabled_and_renamed(repository: Repository) -> None:
    repo("add", repository.url, "--name", "studio")
    assert repo("disable", "studio").stderr == "Disabled studio for Blender 4.2. No problems.\n"
    assert "disabled" in repo("list").stdout
    assert repo("disable", "studio").stderr.startswith("Nothing to do: studio is disabled.")
    assert data_of("enable", "studio")["targets"][0]["changed"] == ["studio"]
    result = repo("rename", "studio", "film")
    assert result.stderr.endswith("Renamed studio to film for Blender 4.2. No problems.\n")
    assert "if Blender's preferences have studio" in result.stderr
    assert [row["name"] for row in rows()] == ["film"]


def test_several_blenders_are_done_one_after_the_other(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("BLENDER_USER_RESOURCES", "BLENDER_USER_EXTENSIONS"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(extery, ["repo", *arguments])

    both = ["--blender", "4.2,5.3"]
    assert run("add", repository.url, "--name", "one", "--blender", "5.3").exit_code == 0
    result = run("add", repository.url, "--name", "studio", *both)
    assert result.exit_code == 1
    assert "Added studio to Blender 4.2. Found 1 error." in result.stderr
    lines = run("list", *both).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["Blender", "studio", "Blender", "one"]
    assert "Blender 4.2 and 5.3 have 2 repositories." in run("list", *both).stderr


ANSWER = """{"version": "4.2.3", "result": {
    "repositories": [
        {"name": "gears", "title": "Gears", "url": "https://example.com/g.json", "enabled": True},
        {"name": "bad", "title": "Bad", "url": "ftp://example.com/", "enabled": True},
    ],
    "online_access": False, "was_asked": True,
} if job["action"] == "repositories" else [
    {"name": row["name"], "wanted": row["name"], "change": "added"} for row in job["arguments"]["rows"]
]}"""


@pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")
def test_repositories_of_blender_are_imported_and_its_switch_is_obeyed(
    repository: Repository, tmp_path: Path
) -> None:
    program = str(make_program(tmp_path / "bin", ANSWER))
    result = repo("import", "--with", program)
    assert result.exit_code == 0, result.output
    assert result.stdout == "gears  added    https://example.com/g.json\n"
    assert "[repo.not-imported]" in result.stderr
    assert "do not allow online access" in result.stderr
    assert "Imported 1 repository of Blender 4.2. Found 1 warning." in result.stderr
    assert "[repo.unchecked]" in repo("add", repository.url).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")
def test_repositories_are_written_into_blender(repository: Repository, tmp_path: Path) -> None:
    program = make_program(tmp_path / "bin", ANSWER)
    environ = {"EXTERY_BLENDER": str(program)}
    result = repo("add", repository.url, "--name", "studio", "--to-blender", **environ)
    assert result.exit_code == 0, result.output
    result = repo("export", "studio", **environ)
    assert result.stdout == f"studio  added    {repository.url}\n"
    assert "Wrote the repositories into the preferences of Blender 4.2." in result.stderr
    assert repo("export", "nope", **environ).exit_code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")
def test_a_blender_that_fails_leaves_the_added_repository(
    repository: Repository, tmp_path: Path
) -> None:
    program = str(make_program(tmp_path / "bin", "[]"))
    result = repo("add", repository.url, "--name", "studio", "--to-blender", "--with", program)
    assert result.exit_code == 1
    assert "[blender.failed]" in result.stderr
    assert [row["name"] for row in rows()] == ["studio"]


def test_an_unknown_command_of_a_group_is_a_usage_error(repository: Repository) -> None:
    result = repo("ad", "x")
    assert result.exit_code == 2
    assert "Did you mean add?" in result.stderr


def config(*arguments: str) -> Result:
    return CliRunner().invoke(extery, ["config", *arguments])


def test_settings_are_changed_and_printed(repository: Repository, tmp_path: Path) -> None:
    assert config("get", "online").stdout == "auto\n"
    assert config("set", "online", "no").stderr == "Set online to no. No problems.\n"
    assert config("get", "online").stdout == "no\n"
    assert "online         no    Use the network" in config("list").stdout
    document = json.loads(config("list", "--json").stdout)
    assert document["settings"][2] == {
        "name": "online",
        "value": "no",
        "values": ["auto", "yes", "no"],
    }
    assert document["file"] == str(tmp_path / "config/config.toml")


def test_a_wrong_setting_has_a_cure(repository: Repository) -> None:
    result = config("set", "onlin", "no")
    assert result.exit_code == 1
    assert "did you mean online?" in result.stderr
    assert "it is one of auto, yes, no" in config("set", "online", "never").stderr
