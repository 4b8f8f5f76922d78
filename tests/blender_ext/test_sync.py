"""``sync``, ``list`` and ``repo-info``: requests, the stored listing, and one bad entry."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extery.fetch import retry
from tests.blender_ext.tool import Result, make_repository, run
from tests.fetch.web import Web, cut_off, encoded, endless, redirect, serving, status
from tests.samples.entries import sample_entry

PATH = "/index.json"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def local(tmp_path: Path) -> Path:
    return tmp_path / "repository"


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry.RetryPolicy, "delay", lambda _self, _failures: 0.0)


def listing(*entries: Any, **more: Any) -> bytes:
    return json.dumps({"version": "v1", "blocklist": [], "data": list(entries)} | more).encode()


def sync(url: str, local: Path, *arguments: str) -> Result:
    return run("sync", "--remote-url", url, "--local-dir", local, *arguments)


def stored(local: Path) -> bytes:
    return (local / ".blender_ext" / "index.json").read_bytes()


def texts(name: str) -> list[tuple[str, str]]:
    return [
        ("STATUS", f'Checking repository "{name}" for updates...'),
        ("STATUS", f'Refreshing extensions list for "{name}"...'),
        ("STATUS", f'Extensions list for "{name}" updated'),
    ]


def test_the_listing_is_stored_as_it_was_received(web: Web, local: Path) -> None:
    data = listing(sample_entry()) + b"\n"
    url = web.put(PATH, data)

    done = sync(f"{url}?token=secret", local)

    assert done == (0, texts(url), [])
    assert stored(local) == data


def test_the_repository_is_called_by_its_name(web: Web, local: Path) -> None:
    url = web.put(PATH, listing())

    assert sync(url, local, "--remote-name", "Studio").messages == texts("Studio")


def test_an_unchanged_listing_is_not_sent_again_and_counts_as_checked_now(
    web: Web, local: Path
) -> None:
    url = web.put(PATH, listing(sample_entry()))
    sync(url, local)
    os.utime(local / ".blender_ext" / "index.json", (1, 1))
    before = stored(local)

    done = sync(url, local)

    assert done == (0, texts(url), [])
    assert "if-none-match" in web.requests_of(PATH)[1]
    assert stored(local) == before
    assert (local / ".blender_ext" / "index.json").stat().st_mtime > 1


@pytest.mark.parametrize("change", ["edited", "removed", "other url"])
def test_the_whole_listing_is_fetched_if_the_stored_one_is_not_that_of_the_url(
    change: str, web: Web, local: Path
) -> None:
    data = listing(sample_entry())
    url = web.put(PATH, data)
    sync(url, local)
    if change == "edited":
        (local / ".blender_ext" / "index.json").write_bytes(listing())
    elif change == "removed":
        (local / ".blender_ext" / "index.json").unlink()
    else:
        url += "?blender_version=5.3.0"

    assert sync(url, local).status == 0
    assert "if-none-match" not in web.requests_of(PATH)[1]
    assert stored(local) == data


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"of": 1}', "[" * 9_000, "\0"])
def test_damaged_validators_only_cost_time(text: str, web: Web, local: Path) -> None:
    url = web.put(PATH, listing())
    sync(url, local)
    (local / ".blender_ext" / "extery-validators.json").write_text(text)

    assert sync(url, local).status == 0


def test_a_check_in_the_background_writes_a_listing_of_its_own(web: Web, local: Path) -> None:
    url = web.put(PATH, listing(sample_entry()))
    sync(url, local)

    for _ in range(2):  # the second one is not sent again
        done = sync(url, local, "--extension-override", "@1f")

        assert done.messages[-1] == ("PATH", str(Path(".blender_ext", "index.json@1f")))
        assert (local / ".blender_ext" / "index.json@1f").read_bytes() == stored(local)


@pytest.mark.parametrize("suffix", ["/x", "../x", "a/b"])
def test_the_own_listing_of_a_check_cannot_be_elsewhere(suffix: str, web: Web, local: Path) -> None:
    done = sync(web.put(PATH, listing()), local, "--extension-override", suffix)

    assert done.status == 1
    assert len(done.texts("FATAL_ERROR")) == 1


@pytest.mark.parametrize(
    ("old_name", "new_name"),
    [
        ("index.json@1", "index.json@2"),
        (".index.json.a.new", ".index.json.b.new"),
        ("cache/a.zip.part", "cache/b.zip.part"),
    ],
)
def test_old_files_of_ended_processes_are_removed(
    old_name: str, new_name: str, web: Web, local: Path
) -> None:
    private = local / ".blender_ext"
    (private / "cache").mkdir(parents=True)
    old, new = private / old_name, private / new_name
    for path in (old, new):
        path.write_text("{}")
    os.utime(old, (1, 1))

    sync(web.put(PATH, listing()), local)

    assert not old.exists()
    assert new.exists()


def test_a_bad_entry_is_left_out_and_named(web: Web, local: Path) -> None:
    good, bad = sample_entry(id="dusk"), sample_entry(id="gears", tags=[])
    url = web.put(PATH, listing(good, bad, None))

    done = sync(url, local)

    assert done.status == 0
    assert json.loads(stored(local))["data"] == [good]
    [first, second] = done.texts("STATUS")[2:4]
    assert first.startswith(f'Skipped "gears" of "{url}": ')
    assert second.startswith(f'Skipped "" of "{url}": ')


def test_many_bad_entries_are_counted(web: Web, local: Path) -> None:
    url = web.put(PATH, listing(*[{}] * 100))

    assert f'Skipped 95 more of "{url}"' in sync(url, local).texts("STATUS")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["dusk", "loom", "trees"]),
        ("?blender_version=5.3.0", ["dusk", "loom", "trees"]),
        ("?blender_version=5.1.0", ["dusk", "loom", "trees"]),
        ("?blender_version=5.0.1", ["dusk"]),
        ("?blender_version=4.2.23", ["dusk"]),
    ],
)
def test_a_blender_gets_no_entries_of_types_that_it_cannot_read(
    query: str, ids: list[str], web: Web, local: Path
) -> None:
    future = {"id": "loom", "type": "node-pack"}
    library = sample_entry(id="trees", type="asset-library", tags=["Model"], permissions={})
    library.pop("permissions")
    url = web.put(PATH, listing(sample_entry(id="dusk"), future, library))

    assert sync(url + query, local).status == 0
    assert [item["id"] for item in json.loads(stored(local))["data"]] == ids


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"version": "v1"}'], ids=repr)
def test_what_is_no_listing_leaves_the_stored_one(body: bytes, web: Web, local: Path) -> None:
    url = web.put(PATH, listing(sample_entry()))
    sync(url, local)
    before = stored(local)
    web.put(PATH, body)

    done = sync(url, local)

    assert done.status == 1
    assert len(done.texts("FATAL_ERROR")) == 1
    assert stored(local) == before


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(status(403), id="refused"),
        pytest.param(status(404), id="missing"),
        pytest.param(endless(), id="endless"),
        pytest.param(redirect("file:///etc/passwd"), id="redirect to a file"),
        pytest.param(redirect("/index.json"), id="redirect to itself"),
        pytest.param(encoded(gzip.compress(bytes(50_000_000)), "gzip"), id="bomb"),
    ],
)
def test_a_failed_request_leaves_the_stored_listing(fault: Any, web: Web, local: Path) -> None:
    url = web.put(PATH, listing(sample_entry()))
    sync(url, local)
    before = stored(local)
    web.fail(PATH, *[fault] * 20)

    done = sync(url, local)

    assert done.status == 1
    assert done.texts("FATAL_ERROR")[0].startswith("sync: ")
    assert stored(local) == before


@pytest.mark.parametrize(
    "fault", [status(503), status(429, Retry_After="0"), cut_off(10)], ids=["503", "429", "cut off"]
)
def test_a_passing_failure_is_not_noticed(fault: Any, web: Web, local: Path) -> None:
    url = web.put(PATH, listing(sample_entry()))
    web.fail(PATH, fault, fault)

    assert sync(url, local) == (0, texts(url), [])


def test_a_failed_connection_is_a_status_on_request(web: Web, local: Path) -> None:
    url = web.put(PATH, b"")
    web.fail(PATH, *[status(404)] * 3)

    done = sync(url, local, "--demote-connection-errors-to-status")

    assert done.status == 1
    assert done.texts("FATAL_ERROR") == []
    assert done.texts("STATUS")[-1].startswith("sync: ")


def test_the_token_is_sent_to_its_own_origin_only(web: Web, local: Path) -> None:
    with serving() as other:
        other.put(PATH, listing())
        url = web.put(PATH, b"")
        web.fail(PATH, redirect(other.url + PATH))

        assert sync(url, local, "--access-token", "secret").status == 0
        assert web.requests_of(PATH)[0]["authorization"] == "Bearer secret"
        assert "authorization" not in other.requests_of(PATH)[0]


def test_requests_name_blender_and_accept_compression(web: Web, local: Path) -> None:
    sync(web.put(PATH, listing()), local, "--online-user-agent", "Blender/4.2.23 (Linux)")

    [headers] = web.requests_of(PATH)
    assert headers["user-agent"] == "Blender/4.2.23 (Linux)"
    assert "gzip" in headers["accept-encoding"]
    assert headers["accept"] == "application/json"


def test_a_folder_of_this_computer_is_a_repository(tmp_path: Path, local: Path) -> None:
    remote = tmp_path / "remote"
    remote.mkdir()
    (remote / "index.json").write_bytes(listing(sample_entry()))

    for _ in range(2):
        assert sync(remote.as_uri(), local).status == 0
    assert stored(local) == listing(sample_entry())


@pytest.mark.parametrize("command", ["sync", "list", "repo-info"])
def test_only_urls_of_repositories_are_requested(command: str, local: Path) -> None:
    own = [] if command == "repo-info" else ["--local-dir", local]
    done = run(command, "--remote-url", "ftp://example.org/index.json", *own)

    assert done.status == 1
    assert "known prefix" in done.texts("FATAL_ERROR")[0]
    assert not local.exists()


def test_a_folder_that_cannot_be_made_is_a_fatal_error(web: Web, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = sync(web.put(PATH, listing()), tmp_path / "file" / "repository")

    assert done.status == 1
    assert done.texts("FATAL_ERROR")[0].startswith("Error creating private directory: ")


def test_extensions_are_listed_by_id(web: Web) -> None:
    first = sample_entry(id="b", name="Bolt", version="2.0.0")
    second = sample_entry(id="a", name="Axle", version="1.0.0")
    url = web.put(PATH, listing(first, second, {"id": "c", "type": "node-pack"}, {}))

    done = run("list", "--remote-url", url, "--local-dir", "")

    assert done == (
        0,
        [
            ("STATUS", "a(1.0.0): Axle"),
            ("STATUS", "b(2.0.0): Bolt"),
            ("STATUS", "c(None): None"),
        ],
        [],
    )


def test_a_repository_is_summarized(web: Web) -> None:
    entries = [
        sample_entry(id="a"),
        sample_entry(id="a", version="2.0.0"),
        sample_entry(id="b", type="theme", tags=["Dark"]),
        {"id": "c", "type": "node-pack"},
    ]
    block = {"id": "a", "reason": "broken"}
    more = {"blocklist": [block], "assetlib_auth_method": "FROM_REPOSITORY"}
    url = web.put(PATH, listing(*entries, **more))

    assert run("repo-info", "--remote-url", url).texts("STATUS") == [
        "version: v1",
        "blocklist: 1",
        "packages: 2",
        "  add-on: 1",
        "  theme: 1",
        "assetlib_auth_method: FROM_REPOSITORY",
    ]


@pytest.mark.parametrize(
    ("body", "demoted", "kind"),
    [(b"no", [], "FATAL_ERROR"), (None, ["--demote-connection-errors-to-status"], "STATUS")],
)
def test_a_query_that_fails_says_why(
    body: bytes | None, demoted: list[str], kind: str, web: Web
) -> None:
    url = web.url + PATH if body is None else web.put(PATH, body)

    done = run("repo-info", "--remote-url", url, *demoted)

    assert done.status == 1
    assert [own for own, _ in done.messages] == [kind]


def test_only_the_changes_are_fetched_where_the_repository_records_them(
    web: Web, local: Path, tmp_path: Path
) -> None:
    remote = tmp_path / "remote"
    remote.mkdir()
    (remote / "blender_repo.toml").write_text('schema_version = "1.0.0"\nchanges = true\n')
    for version in ("1.0.0", "1.1.0"):
        make_repository(remote, "gears", "cogs", version=version)
        for name in ("index.json", "changes.json"):
            web.put(f"/{name}", (remote / name).read_bytes())

        assert sync(web.url + PATH, local).status == 0
        assert stored(local) == (remote / "index.json").read_bytes()
    assert sync(web.url + PATH, local).status == 0  # nothing has changed

    assert [request.get("range") for request in web.requests_of(PATH)].count(None) == 1
    assert len(web.requests_of("/changes.json")) == 1
