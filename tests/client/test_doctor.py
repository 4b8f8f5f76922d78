"""Each finding of the doctor, with the state that causes it, and its cure."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.client import layout, operations
from extery.client.blender_lock import blender_locks
from extery.client.checks import connections, context, extensions, files, leftovers, locks
from extery.client.checks.connections import certificate_cause
from extery.client.checks.context import Answer, Context
from extery.client.doctor import CHECKS, examine
from extery.client.network import Network
from extery.client.repositories import Repository, change_repositories
from extery.client.settings import Settings
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.tokens import Tokens
from extery.client.transaction import target_lock, transaction
from extery.core.errors import Problem, Refused
from tests.client.samples import LOCAL, STUDIO, make_package, make_target, state_of
from tests.fetch.test_certificates import certificate, server  # noqa: F401  a fixture
from tests.fetch.web import serving, status

DAY = 86_400.0


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path, STUDIO, LOCAL)


@pytest.fixture
def checked(target: Target, tmp_path: Path) -> Context:
    return Context(target, Store(tmp_path / "cache"), options=" --blender 4.2")


def install(
    checked: Context, repository: Repository = STUDIO, identifier: str = "gear_tool", **fields: str
) -> Path:
    """Install an extension by a real transaction, with its package in the store; return its folder."""
    package = make_package(checked.store.folder.parent / "made", identifier, **fields)
    checked.store.add(package)
    with transaction(checked.target, "install") as current:
        current.install(repository, identifier, state_of(package), package)
        current.commit()
    return repository.folder_in(checked.target) / identifier


def one(problems: Iterator[Problem], code: str, variant: str = "") -> Problem:
    [problem] = problems
    assert (problem.code, dict(problem.values).get("variant", "")) == (code, variant)
    assert problem.hint
    return problem


def hint_runs(problem: Problem) -> None:
    """Run the command at the end of a hint."""
    command = problem.hint.partition(": ")[2]
    subprocess.run(command, shell=True, check=True)


def test_nothing_is_found_where_all_is_well(checked: Context, tmp_path: Path) -> None:
    install(checked)
    install(checked, LOCAL, "my_tool")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    results = examine(checked)
    assert [item.codes for item in results if item.problems] == []
    assert {item.check.name for item in results if item.was_skipped} == {
        "proxy",
        "certificates",
        "servers",
    }
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_checks_have_names_of_their_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_lock_that_is_held_is_found_with_its_holder(checked: Context) -> None:
    with target_lock(checked.target, "update"):
        problem = one(locks.find_lock_problems(checked), "doctor.lock-held")
        assert [*locks.find_interrupted(checked)] == []
    assert f"process {os.getpid()} (update)" in problem.message
    assert problem.hint.endswith(f"kill {os.getpid()}")
    assert [*locks.find_lock_problems(checked)] == []


def test_a_lock_of_a_command_that_was_killed_is_found(checked: Context) -> None:
    holder = checked.target.state_folder / f"{layout.LOCK}.holder"
    holder.write_text('{"pid": 4194303, "host": "here"}')
    problem = one(locks.find_lock_problems(checked), "doctor.lock-left")
    assert problem.hint.endswith("extery gc --blender 4.2")
    with target_lock(checked.target, "gc"):
        pass
    assert [*locks.find_lock_problems(checked)] == []


def test_a_lock_of_blender_is_found_held_or_left(checked: Context, tmp_path: Path) -> None:
    folder, session = STUDIO.folder_in(checked.target), tmp_path / "blender_session"
    with blender_locks([folder], checked.target.state_folder, timeout=0):
        assert one(locks.find_blender_lock_problems(checked), "doctor.blender-lock-held").hint
    lock = folder / layout.PRIVATE_FOLDER / layout.BLENDER_LOCK
    session.mkdir()
    lock.write_text(str(session))
    assert one(locks.find_blender_lock_problems(checked), "doctor.blender-lock-held").hint
    session.rmdir()
    hint_runs(one(locks.find_blender_lock_problems(checked), "doctor.blender-lock-left"))
    assert [*locks.find_blender_lock_problems(checked)] == []


def test_an_interrupted_operation_is_found(checked: Context) -> None:
    install(checked)
    operation = operations.load(checked.target, 1)
    assert operation
    operations.save(checked.target, operation._replace(done=False))
    problem = one(locks.find_interrupted(checked), "doctor.interrupted")
    assert problem.message == "operation 1 (install) was interrupted"
    with target_lock(checked.target, "gc"):
        pass
    assert [*locks.find_interrupted(checked)] == []


def test_an_interrupted_rename_of_a_repository_is_found(checked: Context) -> None:
    row = {"new": "works", "repository": STUDIO.as_dict()}
    (checked.target.state_folder / layout.RENAME_FILE).write_text(json.dumps(row))
    assert one(locks.find_interrupted(checked), "doctor.interrupted", "rename").hint
    with target_lock(checked.target, "gc"):
        pass
    assert [*locks.find_interrupted(checked)] == []


@pytest.mark.parametrize(
    "name",
    ["gear_tool@", ".gear_tool.~temp~", ".gear_tool.~temp~3", ".gear_tool.temp", ".~stale~0001"],
)
def test_a_folder_that_blender_has_left_is_found_and_removed(checked: Context, name: str) -> None:
    install(checked)
    (STUDIO.folder_in(checked.target) / name).mkdir()
    problem = one(leftovers.find_blender_leftovers(checked), "doctor.leftover")
    hint_runs(problem)
    assert [*leftovers.find_blender_leftovers(checked)] == []
    assert [item.id for item in checked.installed] == ["gear_tool"]


def test_the_list_of_stale_files_is_found(checked: Context) -> None:
    folder = STUDIO.folder_in(checked.target)
    folder.mkdir()
    (folder / ".~stale~").write_text("gear_tool@\n")
    assert one(leftovers.find_blender_leftovers(checked), "doctor.leftover").hint


def test_unfinished_downloads_of_a_listing_are_found_together(checked: Context) -> None:
    private = STUDIO.folder_in(checked.target) / layout.PRIVATE_FOLDER
    private.mkdir(parents=True)
    for name in ("index.json", "index.json@", "index.json@1f3a"):
        (private / name).write_text("{}")
    hint_runs(one(leftovers.find_blender_leftovers(checked), "doctor.leftover", "listings"))
    assert [path.name for path in private.iterdir()] == ["index.json"]


def test_what_a_blender_at_work_unpacks_is_not_left_over(checked: Context, tmp_path: Path) -> None:
    folder = STUDIO.folder_in(checked.target)
    (folder / "gear_tool@").mkdir(parents=True)
    (folder / layout.PRIVATE_FOLDER).mkdir()
    (folder / layout.PRIVATE_FOLDER / layout.BLENDER_LOCK).write_text(str(tmp_path))
    assert [*leftovers.find_blender_leftovers(checked)] == []


def test_what_a_killed_command_has_unpacked_is_found(checked: Context) -> None:
    state = STUDIO.folder_in(checked.target) / layout.STATE_FOLDER
    (state / "000007" / "new" / "gear_tool").mkdir(parents=True)
    (checked.target.state_folder / ".installed.json.a1.new").write_text("{")
    private = STUDIO.listing_in(checked.target)
    private.parent.mkdir(parents=True)
    private.with_name(".index.json.a1.new").write_text("{")
    problem = one(leftovers.find_own_leftovers(checked), "doctor.temporary-files")
    assert "3 temporary files" in problem.message
    with target_lock(checked.target, "gc"):
        pass
    assert [*leftovers.find_own_leftovers(checked)] == []


def test_old_parts_of_downloads_are_found_and_new_ones_are_not(checked: Context) -> None:
    folder = checked.store.folder / "9f"
    folder.mkdir(parents=True)
    old, new = folder / "9f01.part", folder / "9f02.part"
    for path in (old, new):
        path.write_bytes(bytes(2000))
    os.utime(old, (time.time() - 3 * DAY,) * 2)
    problem = one(leftovers.find_old_downloads(checked), "doctor.old-downloads")
    assert "given up more than a day ago: 2.0 KB in 1 file(s)" in problem.message
    hint_runs(problem)
    assert [*folder.iterdir()] == [new]


def test_repositories_with_the_same_url_are_found(checked: Context) -> None:
    twin = Repository("studio_001", "https://EXAMPLE.org/")
    disabled = Repository("other", STUDIO.url, enabled=False)
    change_repositories(checked.target, lambda rows: [*rows, twin, disabled])
    problem = one(extensions.find_twin_repositories(checked), "doctor.twin-repositories")
    assert problem.hint == "remove one: extery repo remove studio_001 --blender 4.2"


def test_an_id_that_is_installed_from_two_repositories_is_found(checked: Context) -> None:
    install(checked)
    install(checked, LOCAL)
    problem = one(extensions.find_twin_extensions(checked), "doctor.twin-extensions")
    assert "studio.gear_tool and mine.gear_tool" in problem.message


def test_a_renamed_folder_is_found_and_renamed_back(checked: Context) -> None:
    folder = install(checked)
    folder.rename(folder.with_name("my copy's"))
    problem = one(extensions.find_ignored_folders(checked), "doctor.renamed")
    hint_runs(problem)
    assert [*extensions.find_ignored_folders(checked)] == []
    shutil.copytree(folder, folder.with_name("gear_tool_old"))
    hint_runs(one(extensions.find_ignored_folders(checked), "doctor.renamed", "taken"))
    assert [item.id for item in checked.installed] == ["gear_tool"]


def test_a_folder_in_a_local_repository_may_have_any_identifier(checked: Context) -> None:
    folder = install(checked, LOCAL)
    folder.rename(folder.with_name("mine_too"))
    assert [*extensions.find_ignored_folders(checked)] == []


@pytest.mark.parametrize(("repository", "variant"), [(STUDIO, ""), (LOCAL, "local")])
def test_a_broken_manifest_is_found(checked: Context, repository: Repository, variant: str) -> None:
    folder = install(checked, repository)
    (folder / "blender_manifest.toml").write_text("id = ")
    problem = one(extensions.find_ignored_folders(checked), "doctor.manifest", variant)
    assert f"{repository.name}.gear_tool cannot be loaded" in problem.message
    (folder / "blender_manifest.toml").unlink()
    assert one(extensions.find_ignored_folders(checked), "doctor.manifest", variant).hint


def test_extensions_outside_their_range_are_found_in_the_other_blender(checked: Context) -> None:
    install(checked, blender_version_max="5.0.0")
    checked.target = checked.target._replace(blender=(5, 3, 0))
    problem = one(extensions.find_unfit_extensions(checked), "doctor.unfit")
    assert "it is for Blender older than 5.0.0" in problem.message
    assert [*extensions.find_other_wheels(checked)] == []


def test_wheels_of_another_python_are_told_from_another_range(checked: Context) -> None:
    folder = install(checked)
    manifest = folder / "blender_manifest.toml"
    line = 'wheels = ["./wheels/nut-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"]\n'
    manifest.write_text(manifest.read_text() + line)
    assert [*extensions.find_other_wheels(checked)] == []
    newer = Context(checked.target._replace(blender=(5, 3, 0)), checked.store)
    problem = one(extensions.find_other_wheels(newer), "doctor.wheel-python")
    assert "are for Python 3.11, Blender 5.3 has Python 3.13" in problem.message
    assert [*extensions.find_unfit_extensions(newer)] == []


def test_a_package_that_the_store_has_lost_or_damaged_is_found(checked: Context) -> None:
    install(checked)
    [path] = checked.store.folder.rglob("*.zip")
    path.write_bytes(b"cut")
    problem = one(extensions.find_missing_packages(checked), "doctor.package-missing", "damaged")
    hint_runs(problem)
    assert one(extensions.find_missing_packages(checked), "doctor.package-missing").hint


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("target.json", ""),
        ("sync.json", ""),
        ("installed.json", "records"),
        ("repositories.json", "repositories"),
        ("operations/000001.json", "operation"),
        ("index.sqlite", ""),
    ],
)
def test_a_damaged_file_of_the_state_is_found_and_removed(
    checked: Context, name: str, variant: str
) -> None:
    install(checked)
    (checked.target.state_folder / name).write_bytes(b"{" * 200)
    hint = one(files.find_damaged_files(checked), "doctor.state", variant).hint
    assert f"rm {checked.target.state_folder / name}" in hint
    (checked.target.state_folder / name).unlink()
    assert [*files.find_damaged_files(checked)] == []


def test_a_damaged_listing_is_found(checked: Context) -> None:
    path = STUDIO.listing_in(checked.target)
    path.parent.mkdir(parents=True)
    path.write_text("<html>")
    problem = one(files.find_damaged_files(checked), "doctor.state", "listing")
    assert problem.hint.endswith("extery sync --blender 4.2")


@pytest.fixture
def other_user() -> Iterator[None]:
    """Run as a user without privileges; ``tempfile`` is for all."""
    if os.name == "nt":
        pytest.skip("there are no modes")
    if os.geteuid() == 0:
        os.seteuid(65534)
        yield
        os.seteuid(0)
    else:
        yield


def test_folders_that_cannot_be_written_are_found(other_user: None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = make_target(Path(folder), STUDIO)
        repository = STUDIO.folder_in(target)
        repository.mkdir()
        repository.chmod(0o500)
        checked = Context(target, Store(Path(folder)))
        problem = one(files.find_permission_problems(checked), "doctor.permissions")
        hint_runs(problem)
        assert [*files.find_permission_problems(checked)] == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_folders_of_another_user_are_found(other_user: None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = make_target(Path(folder), STUDIO)
        repository = STUDIO.folder_in(target)
        repository.mkdir()
        os.seteuid(0)
        os.chown(repository, 0, 0)
        os.seteuid(65534)
        checked = Context(target, Store(Path(folder)))
        problem = one(files.find_permission_problems(checked), "doctor.permissions", "owner")
        assert "sudo chown -R" in problem.hint
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="there are no modes")
def test_tokens_that_others_can_read_are_found(checked: Context, tmp_path: Path) -> None:
    checked.config_folder = tmp_path
    tokens = tmp_path / "tokens.json"
    tokens.write_text("{}")
    tokens.chmod(0o644)
    hint_runs(one(files.find_permission_problems(checked), "doctor.tokens-readable"))
    assert [*files.find_permission_problems(checked)] == []


def test_a_disk_that_is_almost_full_is_found_once(
    checked: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage(10**12, 0, 120_000_000))
    problem = one(files.find_low_space(checked), "doctor.disk-space")
    assert "120 MB free" in problem.message


# The network


@pytest.fixture
def online(checked: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    checked.network = Network(Settings(), Tokens(tmp_path))
    return checked


def use(checked: Context, *urls: str) -> None:
    rows = [Repository(f"repo{number}", url) for number, url in enumerate(urls)]
    change_repositories(checked.target, lambda _: rows)


def test_a_server_that_does_not_answer_is_found(online: Context) -> None:
    with serving() as web:
        web.put("/index.json", b"{}")
        web.fail("/gone/index.json", status(503))
        use(online, f"{web.url}/index.json", f"{web.url}/gone/index.json")
        problem = one(connections.find_server_problems(online), "fetch.busy")
        assert problem.message.startswith("repo1: ")
        assert [*connections.find_clock_problems(online)] == []


def test_nothing_is_requested_without_the_network(online: Context) -> None:
    with serving() as web:
        use(online, f"{web.url}/index.json")
        assert online.network is not None
        online.network.offline = True
        assert [item.codes for item in examine(online) if item.problems] == []
        assert web.seen == []


def test_a_proxy_that_does_not_answer_is_told_from_the_servers(
    online: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = f"http://ada:secret@127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv("https_proxy", proxy)
        use(online, "https://repository.invalid/index.json")
        problem = one(connections.find_proxy_problems(online), "doctor.proxy")
        assert [*connections.find_server_problems(online)] == []
    assert problem.hint == "correct or remove the variable https_proxy"
    assert "secret" not in problem.message


def test_a_proxy_of_another_kind_is_found(online: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    use(online, "https://repository.invalid/index.json")
    problem = one(connections.find_proxy_problems(online), "doctor.proxy")
    assert "the kind socks5 are not supported" in problem.message


def test_a_proxy_that_answers_is_fine(online: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as web:
        monkeypatch.setenv("http_proxy", web.url)
        use(online, "http://repository.invalid/index.json")
        assert [*connections.find_proxy_problems(online)] == []
        assert one(connections.find_server_problems(online), "fetch.not-found").hint


def tls(*pem: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for path in pem:
        made.load_cert_chain(path)
    return made


def test_a_self_signed_certificate_is_found(online: Context, certificate: Path) -> None:  # noqa: F811
    with server(tls(certificate)) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        problem = one(
            connections.find_certificate_problems(online), "doctor.certificate", "self-signed"
        )
        assert [*connections.find_server_problems(online)] == []
    assert f"openssl s_client -connect 127.0.0.1:{port}" in problem.hint


def signed(folder: Path, issuer: Path, *, host: str = "127.0.0.1", days: int = 30) -> Path:
    """Return a certificate for ``host`` that ``issuer`` has signed, with its key."""
    request, made, key = folder / "leaf.csr", folder / "leaf.pem", folder / "leaf.key"
    names = folder / "names.txt"
    names.write_text(f"subjectAltName=IP:{host}\n")
    run = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=leaf"]
    run += ["-keyout", str(key), "-out", str(request)]
    subprocess.run(run, check=True, capture_output=True)
    sign = ["openssl", "x509", "-req", "-in", str(request), "-CA", str(issuer.with_name("c.pem"))]
    sign += ["-CAkey", str(issuer), "-CAcreateserial", "-out", str(made), "-extfile", str(names)]
    subprocess.run([*sign, "-days", str(days)], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text(key.read_text() + made.read_text())
    return both


def test_an_unknown_issuer_is_found(online: Context, tmp_path: Path, certificate: Path) -> None:  # noqa: F811
    with server(tls(signed(tmp_path, certificate))) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        assert one(
            connections.find_certificate_problems(online), "doctor.certificate", "unknown-issuer"
        ).hint


@pytest.mark.parametrize(
    ("host", "days", "variant"), [("127.0.0.1", -1, "expired"), ("127.0.0.9", 30, "other-host")]
)
def test_an_expired_certificate_is_told_from_one_of_another_host(
    online: Context,
    tmp_path: Path,
    certificate: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    days: int,
    variant: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("c.pem")))
    with server(tls(signed(tmp_path, certificate, host=host, days=days))) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        assert one(
            connections.find_certificate_problems(online), "doctor.certificate", variant
        ).hint


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("certificate verify failed: certificate has expired", "expired"),
        ("certificate verify failed: certificate is not yet valid", "not-yet-valid"),
        (
            "certificate verify failed: self signed certificate in certificate chain",
            "unknown-issuer",
        ),
        ("certificate verify failed: unable to get local issuer certificate", "unknown-issuer"),
        ("certificate verify failed: self-signed certificate", "self-signed"),
        ("Hostname mismatch, certificate is not valid for 'a.org'", "other-host"),
        ("something else", ""),
    ],
)
def test_causes_of_invalid_certificates_are_told_apart(reason: str, cause: str) -> None:
    assert certificate_cause(reason) == cause


def refused(checked: Context, reason: str) -> Answer:
    error = Refused.of("fetch.certificate", url="https://example.org", reason=reason)
    return Answer(checked.repositories[0], error.problems[0])


@pytest.mark.parametrize(
    ("ahead", "reason", "variant"),
    [
        (3 * DAY, "certificate has expired", "clock"),
        (-3 * DAY, "certificate is not yet valid", "clock"),
        (2.0, "certificate has expired", "expired"),
        (3 * DAY, "self-signed certificate", "self-signed"),
    ],
)
def test_a_wrong_clock_is_told_from_an_expired_certificate(
    checked: Context, ahead: float, reason: str, variant: str
) -> None:
    other = Answer(checked.repositories[0], ahead=ahead)
    checked.__dict__["answers"] = [other, refused(checked, reason)]
    assert one(connections.find_certificate_problems(checked), "doctor.certificate", variant).hint


def test_a_wrong_clock_is_told_by_the_server_with_the_certificate(
    online: Context,
    certificate: Path,  # noqa: F811
) -> None:
    with server(tls(certificate)) as port:
        use(online, f"https://127.0.0.1:{port}/index.json")
        online.now = time.time() - 3 * DAY
        online.__dict__["answers"] = [refused(online, "certificate is not yet valid")]
        problem = one(connections.find_certificate_problems(online), "doctor.certificate", "clock")
    assert "3 days behind" in problem.message


@pytest.mark.parametrize(
    ("passed", "words"), [(7200.0, "2 hours ahead"), (-2 * DAY, "2 days behind")]
)
def test_a_clock_that_differs_from_all_servers_is_found(
    online: Context, monkeypatch: pytest.MonkeyPatch, passed: float, words: str
) -> None:
    with serving() as web:
        web.put("/index.json", b"{}")
        use(online, f"{web.url}/index.json")
        real = context.server_time

        def shifted(headers: dict[str, str]) -> float | None:
            sent = real(headers)
            return None if sent is None else sent - passed

        monkeypatch.setattr(context, "server_time", shifted)
        problem = one(connections.find_clock_problems(online), "doctor.clock")
    assert words in problem.message


def test_one_server_with_a_wrong_clock_is_not_the_fault_of_this_computer(checked: Context) -> None:
    repository = checked.repositories[0]
    checked.__dict__["answers"] = [Answer(repository, ahead=-DAY), Answer(repository, ahead=1.0)]
    assert [*connections.find_clock_problems(checked)] == []


def test_a_clock_in_the_past_is_found_without_a_network(checked: Context) -> None:
    install(checked)
    checked.now -= 30 * DAY
    problem = one(connections.find_clock_problems(checked), "doctor.clock", "journal")
    assert "30 days behind" in problem.message
