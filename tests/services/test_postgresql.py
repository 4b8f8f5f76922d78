"""``extery serve`` and ``extery manage`` on a real PostgreSQL, and the server that the tests use."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests.parts import PARTS, ROOT, Part
from tests.services import postgresql as service
from tests.services.postgresql import PASSWORD, PostgresqlServer
from tests.site.project.server.running import ask, serving

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]


def manage(data: Path, address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "extery", "manage", *arguments],
        env={**os.environ, "EXTERY_DATA": str(data), "EXTERY_DATABASE": address},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_site_on_postgresql_can_be_started_managed_and_restarted(
    postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    postgresql.create_database("lifecycle")
    data, address = tmp_path / "data", postgresql.socket_address("lifecycle")
    with serving(data, EXTERY_DATABASE=address) as site:
        assert "Preparing the database" in site.output
        assert json.loads(ask(site, "GET", "/api/v1/extensions/")[1])["data"] == []
        for path in ("/", "/extensions/?q=gear&platform=linux-x64&blender=4.2", "/queue/"):
            assert ask(site, "GET", path)[0].status == 200
        code = "from extery_site.accounts.models import User; User.objects.create_user('ada')"
        assert manage(data, address, "shell", "-v", "0", "-c", code).returncode == 0
        assert manage(data, address, "moderator", "ada").returncode == 0
    with serving(data, EXTERY_DATABASE=address) as site:
        assert "Preparing" not in site.output
        assert ask(site, "GET", "/people/ada/")[0].status == 200
    assert not (data / "db.sqlite3").exists()


def schema(address: str) -> dict[str, set[Any]]:
    """Return columns, indexes and constraints of all tables, and the recorded migrations."""
    queries = {
        "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,"
        " column_default, is_identity FROM information_schema.columns WHERE table_schema = 'public'"
        # `auth` chooses a short number, which its migrations do not know. The site has no groups.
        " AND (table_name, column_name) <> ('auth_group_permissions', 'id')",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "constraints": "SELECT conrelid::regclass::text, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "migrations": "SELECT app, name FROM django_migrations",
        "permissions": "SELECT name, codename FROM auth_permission",
    }
    with psycopg.connect(address) as connection:
        return {name: set(connection.execute(query)) for name, query in queries.items()}


def test_a_new_database_has_the_tables_of_one_that_was_migrated(
    postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    created, migrated = (postgresql.address(name) for name in ("created", "migrated"))
    postgresql.create_database("created")
    postgresql.create_database("migrated")
    with serving(tmp_path / "data", EXTERY_DATABASE=created):
        pass
    assert manage(tmp_path / "data", migrated, "migrate").returncode == 0
    assert len(schema(created)["columns"]) > 500
    found, expected = schema(created), schema(migrated)
    for name in expected:
        assert found[name] ^ expected[name] == set(), name


def test_two_servers_can_start_simultaneously_on_a_new_database(
    postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    postgresql.create_database("shared")
    address = postgresql.address("shared")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    commands = [
        [sys.executable, "-c", "from extery_site.project import startup; startup.prepare()"]
        for _ in range(2)
    ]
    processes = [
        subprocess.Popen(
            command,
            env={
                **os.environ,
                "EXTERY_DATA": str(tmp_path / name),
                "EXTERY_DATABASE": address,
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, command in zip("ab", commands, strict=True)
    ]
    outputs = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert sum("Preparing the database" in output for output in outputs) == 1


def test_a_site_reconnects_after_its_connections_were_closed(
    postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    postgresql.create_database("closed")
    with serving(
        tmp_path / "data",
        "--no-worker",  # a worker has connections of its own
        EXTERY_DATABASE=postgresql.address("closed"),
        EXTERY_THREADS="2",
    ) as site:
        for _ in range(3):
            for path in ("/api/v1/extensions/", "/extensions/"):
                assert ask(site, "GET", path)[0].status == 200
            with psycopg.connect(postgresql.address("postgres"), autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'closed'"
                )
        assert ask(site, "GET", "/extensions/")[0].status == 200
        assert ask(site, "GET", "/api/v1/extensions/")[0].status == 200
        connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'closed'"
        with psycopg.connect(postgresql.address("postgres")) as admin:
            [count] = admin.execute(connections).fetchone() or [None]
        # At most one per thread; the process that prepared the start has closed its own.
        assert count is not None
        assert 1 <= count <= 2


SERVE, MIGRATE = ["serve", "--port", "0"], ["manage", "migrate"]


def wrong_password(address: str) -> str:
    return address.replace(quote(PASSWORD, safe=""), "wr0ng")


def no_database(address: str) -> str:
    return address.replace("/broken", "/missing")


def ascii_database(address: str) -> str:
    return address.replace("/broken", "/ascii")


@pytest.mark.parametrize(
    ("command", "change", "reason", "hint"),
    [
        (SERVE, wrong_password, "password", "user"),
        (MIGRATE, wrong_password, "password", "user"),
        (SERVE, no_database, "does not exist", "createdb"),
        (MIGRATE, no_database, "does not exist", "createdb"),
        # Migrations work in any encoding, so only the start of the site checks it.
        (SERVE, ascii_database, "SQL_ASCII", "--encoding=UTF8"),
    ],
)
def test_a_database_that_cannot_be_used_is_reported_with_the_reason(
    postgresql: PostgresqlServer,
    tmp_path: Path,
    change: Callable[[str], str],
    reason: str,
    hint: str,
    command: list[str],
) -> None:
    postgresql.create_database(
        "ascii", "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    )
    address = change(postgresql.address("broken"))
    assert_problem(run(command, tmp_path, EXTERY_DATABASE=address), reason, hint)


def run(command: list[str], data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "extery", *command],
        env={**os.environ, "EXTERY_DATA": str(data), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def assert_problem(result: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    for part in ("setting.database", *parts):
        assert part in result.stderr
    for secret in ("wr0ng", "s3cret", PASSWORD, quote(PASSWORD, safe="")):
        assert secret not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["manage", "migrate"]])
@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("postgresql://ada:s3cret@127.0.0.1:1/extery", ["ada:***@127.0.0.1:1/extery", "refused"]),
        ("postgresql:///extery?host=/nowhere", ["/nowhere", "No such file"]),
        ("sqlite:////nowhere/site.db", ["/nowhere/site.db", "unable to open"]),
    ],
)
def test_a_database_that_does_not_answer_is_reported_with_the_reason(
    tmp_path: Path, command: list[str], address: str, parts: list[str]
) -> None:
    assert_problem(run(command, tmp_path, EXTERY_DATABASE=address), *parts, "hint: check that")


def test_a_command_that_needs_no_database_works_without_one(tmp_path: Path) -> None:
    result = run(["manage", "check"], tmp_path, EXTERY_DATABASE="postgresql://127.0.0.1:1/extery")

    assert result.returncode == 0, result.stderr


def test_without_psycopg_the_start_names_the_command_that_installs_it(tmp_path: Path) -> None:
    code = (
        "import importlib.util as util\n"
        "real = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'psycopg' else real(name, *a)\n"
        "from extery.cli.app import run\n"
        "run(['serve', '--port', '0'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "EXTERY_DATA": str(tmp_path / "data"),
            "EXTERY_DATABASE": "postgresql://ada:s3cret@127.0.0.1:1/extery",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "usage.postgres-missing" in result.stderr
    assert "pip install 'extery[site,postgres]'" in result.stderr
    assert "s3cret" not in result.stderr
    assert not (tmp_path / "data").exists()


def test_the_runner_passes_a_database_to_a_command_and_returns_its_exit_status(
    capfd: pytest.CaptureFixture[str],
) -> None:
    from tests.parts import require_part

    require_part("postgresql")
    code = (
        "import os, psycopg; c = psycopg.connect(os.environ['EXTERY_DATABASE']);"
        "print(c.execute('SELECT current_database()').fetchone()); raise SystemExit(7)"
    )
    assert service.run([sys.executable, "-c", code]) == 7
    assert "extery" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("required", "status"), [("", 0), ("browser", 0), ("all", 1), ("postgresql", 1)]
)
def test_the_runner_without_postgresql_prints_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    required: str,
    status: int,
) -> None:
    part = PARTS["postgresql"]
    missing: Mapping[str, Part] = {"postgresql": Part(part.marker, lambda: None, part.install)}
    monkeypatch.setattr(service, "PARTS", missing)
    monkeypatch.setattr("tests.parts.PARTS", missing)
    monkeypatch.setenv("EXTERY_REQUIRE", required)

    assert service.run([sys.executable, "-c", "raise SystemExit(3)"]) == status

    [line] = capsys.readouterr().err.splitlines()
    assert "apt-get install postgresql" in line


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends it with its parent")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_ends_with_the_runner(how: signal.Signals) -> None:
    from tests.parts import require_part

    require_part("postgresql")
    code = (
        "import os, psycopg, sys, time; c = psycopg.connect(os.environ['EXTERY_DATABASE']);"
        "print(c.execute('SELECT pg_postmaster_start_time() IS NOT NULL,"
        " (SELECT setting FROM pg_settings WHERE name = $$data_directory$$)').fetchone()[1], flush=True);"
        "time.sleep(300)"
    )
    runner = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.services.postgresql",
            "run",
            "--",
            sys.executable,
            "-c",
            code,
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    assert runner.stdout is not None
    try:
        folder = Path(runner.stdout.readline().strip())
        process = int((folder / "postmaster.pid").read_text().splitlines()[0])
        runner.send_signal(how)
        runner.wait(300)
        until = time.monotonic() + 300
        while Path(f"/proc/{process}").exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert not Path(f"/proc/{process}").exists()
        assert folder.exists() == (how == signal.SIGKILL)
    finally:
        runner.stdout.close()
        with suppress(ProcessLookupError):
            os.killpg(runner.pid, signal.SIGKILL)
        if how == signal.SIGKILL:
            shutil.rmtree(folder.parent, ignore_errors=True)
