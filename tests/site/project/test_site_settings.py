"""The settings of a site: defaults, values, and one problem for each invalid value."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import extery
from extery.core.errors import InvalidInput, Problem
from extery_site.project import data_folder, settings_loading
from extery_site.project.setting_types import Rate
from extery_site.project.site_settings import SiteSettings

Load = Callable[..., SiteSettings]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Read the settings from these variables only."""

    def from_variables(**variables: str) -> SiteSettings:
        monkeypatch.setattr(os, "environ", variables)
        return settings_loading.load()

    return from_variables


@pytest.fixture
def problems(load: Load) -> Callable[..., dict[str, Problem]]:
    """The problems of these variables, by the names of the variables."""

    def of(**variables: str) -> dict[str, Problem]:
        with pytest.raises(InvalidInput) as caught:
            load(**variables)
        return {problem.where.field: problem for problem in caught.value.problems}

    return of


def test_without_variables_every_setting_has_its_default(load: Load) -> None:
    settings = load()
    assert settings.data == Path("var").absolute()
    assert settings.max_upload == 200_000_000
    assert settings.debug is False
    assert settings.sign_up is True
    assert settings.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert settings.threads == 32
    assert settings.database.engine == "sqlite"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("max_upload", "1.5 GB", 1_500_000_000),
        ("max_upload", "800k", 800_000),
        ("uploads_per_account", "unlimited", None),
        ("uploads_per_account", "5 per minute", Rate(5, timedelta(minutes=1), "minute")),
        ("comments_per_address", "7 per hour", Rate(7, timedelta(hours=1), "hour")),
        ("tokens_per_address", "9 per day", Rate(9, timedelta(days=1), "day")),
        ("drafts_per_account", "unlimited", None),
        ("drafts_per_account", "5", 5),
        ("blocking_precision", "0.85", 0.85),
        ("blocking_precision", "1", 1.0),
        ("limit_growth", "no", ()),
        ("limit_growth", "1: 2,7:30", ((1, 2), (7, 30))),
        ("draft_lifetime", "1 day", timedelta(days=1)),
        ("draft_lifetime", "36 hours", timedelta(hours=36)),
        ("unconfirmed_lifetime", "90 minutes", timedelta(minutes=90)),
        ("max_upload", "1234", 1234),
        ("debug", "Yes", True),
        ("debug", "0", False),
        ("allowed_hosts", "a.example, b.example", ("a.example", "b.example")),
        ("allowed_hosts", '["a"]', ('["a"]',)),
        ("site_url", "https://x.example:8443/", "https://x.example:8443"),
        ("email", "smtp://a:b@mail.example:587", "smtp://a:b@mail.example:587"),
        ("email_verification", "mandatory", "mandatory"),
        ("proxies", "2", 2),
        ("site_name", "", ""),
    ],
)
def test_values_are_parsed_in_common_notations(
    load: Load, name: str, text: str, value: Any
) -> None:
    assert getattr(load(**{f"EXTERY_{name.upper()}": text}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EXTERY_MAX_UPLOAD", "lots"),
        ("EXTERY_MAX_UPLOAD", "-5"),
        ("EXTERY_MAX_UPLOAD", "9" * 400),
        ("EXTERY_UPLOADS_PER_ACCOUNT", "100"),
        ("EXTERY_UPLOADS_PER_ACCOUNT", "0 per day"),
        ("EXTERY_UPLOADS_PER_ACCOUNT", "100 per week"),
        ("EXTERY_DRAFTS_PER_ACCOUNT", "0"),
        ("EXTERY_BLOCKING_PRECISION", "1.1"),
        ("EXTERY_BLOCKING_PRECISION", "80 %"),
        ("EXTERY_BLOCKING_PRECISION", "nan"),
        ("EXTERY_LIMIT_GROWTH", "1"),
        ("EXTERY_LIMIT_GROWTH", "0: 2"),
        ("EXTERY_LIMIT_GROWTH", "5: 2, 1: 4"),
        ("EXTERY_LIMIT_GROWTH", "1: 4, 5: 2"),
        ("EXTERY_DRAFT_LIFETIME", "30"),
        ("EXTERY_DRAFT_LIFETIME", "0 days"),
        ("EXTERY_DEBUG", "maybe"),
        ("EXTERY_DEBUG", ""),
        ("EXTERY_SITE_URL", "extensions.example.org"),
        ("EXTERY_SITE_URL", "https://x.example/extensions"),
        ("EXTERY_SITE_URL", "ftp://x.example"),
        ("EXTERY_EMAIL", "mail.example"),
        ("EXTERY_EMAIL", "smtp:"),
        ("EXTERY_EMAIL", "smtp://mail.example:x"),
        ("EXTERY_EMAIL_VERIFICATION", "sometimes"),
        ("EXTERY_THREADS", "0"),
        ("EXTERY_PROXIES", "one"),
        ("EXTERY_PROXIES", "\N{SUPERSCRIPT TWO}"),
        ("EXTERY_DATABASE", "mysql://localhost/extery"),
        ("EXTERY_DATABASE", "extery"),
        ("EXTERY_STORAGE", "extery"),
        ("EXTERY_STORAGE", "https://s3.example.org/extery"),
        ("EXTERY_STORAGE", "s3://bucket?region=here&zone=x"),
    ],
)
def test_an_invalid_value_is_reported_with_a_valid_example(
    problems: Callable[..., dict[str, Problem]], load: Load, name: str, text: str
) -> None:
    [problem] = problems(**{name: text}).values()

    assert problem.code == "setting.bad-value"
    assert name in problem.message
    assert repr(text) in problem.message
    assert "expected" in problem.message
    example, _, value = problem.hint.removeprefix("for example ").partition("=")
    assert example == name
    load(**{name: value.strip("'")})


def test_the_reason_of_a_bad_value_is_a_variant_with_values(
    problems: Callable[..., dict[str, Problem]],
) -> None:
    found = problems(
        EXTERY_STORAGE="s3://bucket?addressing=host",
        EXTERY_DATABASE="postgresql://db.example/a?connect_timeout=x",
        EXTERY_EMAIL="smtp://mail.example:x",
    )
    values = {name: dict(problem.values) for name, problem in found.items()}
    assert values["EXTERY_STORAGE"]["variant"] == "parameter-choice"
    assert values["EXTERY_STORAGE"]["choices"] == "auto, path, virtual"
    assert values["EXTERY_DATABASE"]["variant"] == "parameter-number"
    assert values["EXTERY_DATABASE"]["parameter"] == "connect_timeout"
    assert values["EXTERY_EMAIL"]["variant"] == "port"
    assert "the port is not a number up to 65535" in found["EXTERY_EMAIL"].message


def test_all_problems_are_reported_together_with_suggestions(
    problems: Callable[..., dict[str, Problem]],
) -> None:
    found = problems(
        EXTERY_SITE_NAMES="x", EXTERY_DEBUG="x", EXTERY_THREADS="x", EXTERY_ZZZ="", PATH="/"
    )
    assert set(found) == {"EXTERY_SITE_NAMES", "EXTERY_ZZZ", "EXTERY_DEBUG", "EXTERY_THREADS"}
    assert found["EXTERY_SITE_NAMES"].code == "setting.unknown"
    assert found["EXTERY_SITE_NAMES"].hint == "did you mean EXTERY_SITE_NAME?"


def test_variables_of_the_test_suite_are_ignored(load: Load) -> None:
    assert load(EXTERY_REQUIRE="all", EXTERY_TRY_ALL="1", EXTERY_TEST_ANYTHING="1") == load()


def test_variables_of_the_client_are_ignored(load: Load) -> None:
    folder = Path(extery.__file__).parent
    found = {
        name
        for path in folder.rglob("*.py")
        for name in re.findall(
            r"(?:envvar=|VARIABLE = |environ\.get\()\"(EXTERY_[A-Z_]+)", path.read_text("utf-8")
        )
    }
    assert {"EXTERY_CONFIG", "EXTERY_BLENDER", "EXTERY_OFFLINE", "EXTERY_POLICY"} <= found
    # A site has a setting of the same meaning.
    assert found & set(settings_loading.fields()) == {"EXTERY_OSV"}
    assert load(**dict.fromkeys(found - {"EXTERY_OSV"}, "x")) == load()


def test_a_variable_in_small_letters_is_not_a_setting(load: Load) -> None:
    assert load(extery_debug="yes").debug is False


@pytest.mark.parametrize("name", ["EXTERY_EMAIL", "EXTERY_DATABASE"])
@pytest.mark.parametrize(
    "text",
    [
        "mongodb://ada:s3cret@db.example/extery",
        "mongodb://ada:a@s3cret@db.example/extery",
        "mongodb://ada:a/s3cret@db.example/extery",
        "mongodb://:s3cret@db.example",
        "postgresql//ada:s3cret@db.example/extery",
        "postgresql:/ada:s3cret@db.example/extery",
        "ada:s3cret@db.example/extery",
        "postgresql://db.example/extery?user=ada&password=s3cret",
        "host=db.example user=ada password=s3cret dbname=extery",
        "host=db.example password = 's3cret a' dbname=extery",
        "smtp://ada:s3cret@",
        "postgresql://ada:s3cret\N{ACCOUNT OF}@db.example/extery",
    ],
)
def test_a_password_is_never_part_of_a_problem(
    problems: Callable[..., dict[str, Problem]], name: str, text: str
) -> None:
    [problem] = problems(**{name: text}).values()

    assert "s3cret" not in f"{problem.message} {problem.hint} {problem.values}"
    assert "***" in problem.message


def test_secrets_are_not_part_of_the_text_of_the_settings(load: Load) -> None:
    settings = load(
        EXTERY_SECRET_KEY="s3cret",
        EXTERY_EMAIL="smtp://ada:s3cret@mail.example",
        EXTERY_DATABASE="postgresql://ada:s3cret@db.example/extery",
    )
    assert "s3cret" not in f"{settings!r} {settings}"


def test_the_reference_page_has_a_line_for_each_setting() -> None:
    page = settings_loading.reference()
    assert len(settings_loading.fields()) == len(SiteSettings.model_fields)
    for name, field in settings_loading.fields().items():
        assert f"| `{name}` |" in page
        assert field.description is not None
        assert field.description in page
        assert field.description.endswith(".")


def test_the_secret_key_is_created_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data_folder.create(data)
    key = data_folder.secret_key(data)
    data_folder.create(data)
    assert data_folder.secret_key(data) == key
    assert len(key) > 50
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
    assert data_folder.secret_key(data, "configured") == "configured"
    assert data_folder.secret_key(tmp_path / "none") != data_folder.secret_key(tmp_path / "none")


def _setting(expression: str, **variables: str) -> str:
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from extery_site.project import settings as s; print({expression})",
        ],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


def test_a_site_on_https_has_secure_cookies() -> None:
    names = "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0"
    url = "https://extensions.example.org"
    assert _setting(names, EXTERY_SITE_URL=url) == "True True True"
    assert _setting(names, EXTERY_SITE_URL="http://lan.example") == "False False False"
    hosts = _setting("s.ALLOWED_HOSTS, s.CSRF_TRUSTED_ORIGINS", EXTERY_SITE_URL=url)
    assert "'extensions.example.org'" in hosts
    assert "['https://extensions.example.org']" in hosts


def test_a_mail_server_is_read_from_its_address() -> None:
    names = "s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS"
    url = "smtp://me%40x:p%2Fw@mail.example"
    assert _setting(names, EXTERY_EMAIL=url) == "mail.example 587 me@x p/w True"


def test_a_misspelt_variable_stops_the_site() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "extery", "manage", "check"],
        env={**os.environ, "EXTERY_MAX_UPLAOD": "1 GB"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "EXTERY_MAX_UPLAOD" in result.stderr
    assert "did you mean EXTERY_MAX_UPLOAD?" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("variables", "sender"),
    [
        ({}, "Extery <extery@localhost>"),
        ({"EXTERY_SITE_NAME": "Gears, & Söhne"}, '"Gears, & Söhne" <extery@localhost>'),
        ({"EXTERY_SITE_NAME": "Gears", "EXTERY_EMAIL_FROM": "a@example.org"}, "a@example.org"),
    ],
)
def test_mails_come_from_the_site_by_name(
    tmp_path: Path, variables: dict[str, str], sender: str
) -> None:
    code = "from extery_site.project import settings; print(ascii(settings.DEFAULT_FROM_EMAIL))"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("EXTERY_")}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "EXTERY_DATA": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == ascii(sender)
