"""Database addresses: their settings for Django, and errors of invalid ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.core.errors import Unavailable
from extery_site.project import database_address
from extery_site.project.database_address import DatabaseAddress, redact
from tests.site.project.reasons import reason

DATA = Path("/srv/extery")


def django(text: str) -> dict[str, Any]:
    return DatabaseAddress.parse(text).django_settings(DATA)


def test_without_an_address_the_database_is_a_file_in_the_data_folder() -> None:
    settings = django("")

    assert settings["ENGINE"] == "django.db.backends.sqlite3"
    assert settings["NAME"] == str(DATA / "db.sqlite3")
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_sqlite_address_names_a_file() -> None:
    assert django("sqlite:////srv/my%20site.db")["NAME"] == "/srv/my site.db"
    assert django("sqlite:///site.db")["NAME"] == str(Path("site.db").absolute())


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_postgresql_address_names_user_password_host_port_and_database(scheme: str) -> None:
    settings = django(f"{scheme}://ada:p%40s%2Fs%3A@db.example:5433/my%20site?sslmode=require")

    names = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    assert [settings[name] for name in names] == [
        *("django.db.backends.postgresql", "my site", "ada", "p@s/s:", "db.example", "5433")
    ]
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["CONN_HEALTH_CHECKS"] is True


def test_a_unix_socket_is_a_host_in_the_query() -> None:
    settings = django("postgresql:///extery?host=/var/run/postgresql")

    assert (settings["HOST"], settings["NAME"]) == ("/var/run/postgresql", "extery")
    assert "host" not in settings["OPTIONS"]
    assert django("postgresql://ada@%2Fvar%2Frun/extery")["HOST"] == "/var/run"


def test_parameters_of_the_address_replace_ours_and_an_empty_one_removes_it() -> None:
    assert django("postgresql:///x")["OPTIONS"] == {
        "connect_timeout": 10,
        "application_name": "extery",
        "options": "-c lock_timeout=20s",
    }
    options = django("postgresql:///x?options=&connect_timeout=3&application_name=a%20b")["OPTIONS"]
    assert options == {"connect_timeout": "3", "application_name": "a b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mysql://localhost/extery", "scheme"),
        ("extery", "scheme"),
        ("/srv/db.sqlite3", "scheme"),
        ("postgresql:extery", "percent-encoded"),
        ("postgresql://ada:a#b@db.example/extery", "percent-encoded"),
        ("postgresql://db.example", "name is missing"),
        ("postgresql://db.example/", "name is missing"),
        ("postgresql://db.example/a/b", "'/'"),
        ("postgresql://db.example:x/extery", "port"),
        ("postgresql://db.example:65536/extery", "port"),
        ("postgresql://ada:a/b@db.example/extery", "percent-encoded"),
        ("postgresql://[::1/extery", "IPv6"),
        ("postgresql://db.example/extery?sslmode=maybe", "sslmode is 'maybe'"),
        ("postgresql://db.example/extery?sslmod=require", "'sslmod'"),
        ("postgresql://db.example/extery?dbname=other", "'dbname'"),
        ("postgresql://db.example/extery?password=x", "'password'"),
        ("postgresql://db.example/extery?host=a&host=b", "twice"),
        ("postgresql://db.example/extery?connect_timeout=soon", "connect_timeout"),
        ("postgresql://db.example/extery?" + "&".join(f"a{n}=1" for n in range(60)), "fields"),
        ("postgresql://db.example/a%00b", "NUL"),
        ("sqlite://", "path"),
        ("sqlite:///", "path"),
        ("sqlite://host/path", "path"),
        ("sqlite:///a?mode=ro", "path"),
        ("sqlite:///a%00b", "path"),
    ],
)
def test_an_invalid_address_is_refused_with_the_reason(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        DatabaseAddress.parse(text)
    assert expected in reason(caught.value)


@given(
    st.text(), st.sampled_from(["", "postgresql:", "postgresql://", "sqlite:///", "postgres://a:"])
)
def test_any_text_is_a_valid_address_or_a_value_error(text: str, beginning: str) -> None:
    try:
        address = DatabaseAddress.parse(beginning + text)
    except ValueError:
        return
    assert address.django_settings(DATA)["NAME"]


@given(
    st.text(min_size=1).filter(
        lambda text: not set(text) & {"\0", *map(chr, range(0xD800, 0xE000))}
    )
)
def test_any_percent_encoded_password_is_parsed_and_never_shown(password: str) -> None:
    text = f"postgresql://ada:{quote(password, safe='')}@db.example/extery"

    address = DatabaseAddress.parse(text)

    assert address.password == password
    assert str(address) == "postgresql://ada:***@db.example/extery"
    assert redact(text) == str(address)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://db.example:5433/extery", "postgresql://db.example:5433/extery"),
        ("postgresql:///extery?host=/run", "postgresql:///extery?host=/run"),
        ("postgresql://ada@/extery?host=/run", "postgresql://ada@/extery?host=/run"),
        ("postgres://ada:x@h/extery?sslmode=require", "postgresql://ada:***@h/extery"),
    ],
)
def test_an_address_is_shown_without_its_password(text: str, shown: str) -> None:
    assert str(DatabaseAddress.parse(text)) == shown
    assert ":x@" not in repr(DatabaseAddress.parse(text))


def test_the_error_for_a_missing_driver_has_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database_address, "find_spec", lambda _name: None)

    database_address.require_driver(DatabaseAddress.parse(""))
    with pytest.raises(Unavailable) as caught:
        database_address.require_driver(DatabaseAddress.parse("postgresql://ada:s3cret@h/extery"))

    assert caught.value.code == "usage.postgres-missing"
    assert "s3cret" not in str(caught.value)
    assert caught.value.problems[0].hint.startswith("pip install 'extery[site,postgres]', or ")
