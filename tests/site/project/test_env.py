"""The table of settings: defaults, values, and clear words for what is wrong."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import InvalidInput
from extery_site.project import env


def test_without_variables_every_setting_has_its_default() -> None:
    values = env.load({})
    assert set(values) == {setting.name for setting in env.SETTINGS}
    assert values["EXTERY_DATA"] == Path("var").absolute()
    assert values["EXTERY_MAX_UPLOAD"] == 200_000_000
    assert values["EXTERY_DEBUG"] is False
    assert values["EXTERY_ALLOWED_HOSTS"] == ("localhost", "127.0.0.1", "[::1]")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("EXTERY_MAX_UPLOAD", "1.5 GB", 1_500_000_000),
        ("EXTERY_MAX_UPLOAD", "800k", 800_000),
        ("EXTERY_MAX_UPLOAD", "1234", 1234),
        ("EXTERY_DEBUG", "Yes", True),
        ("EXTERY_DEBUG", "0", False),
        ("EXTERY_ALLOWED_HOSTS", "a.example, b.example", ("a.example", "b.example")),
        ("EXTERY_SITE_URL", "https://x.example:8443/", "https://x.example:8443"),
        ("EXTERY_EMAIL", "smtp://a:b@mail.example:587", "smtp://a:b@mail.example:587"),
        ("EXTERY_EMAIL_VERIFICATION", "mandatory", "mandatory"),
        ("EXTERY_PROXIES", "2", 2),
    ],
)
def test_values_are_read_as_people_write_them(name: str, text: str, value: Any) -> None:
    assert env.load({name: text})[name] == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EXTERY_MAX_UPLOAD", "lots"),
        ("EXTERY_MAX_UPLOAD", "-5"),
        ("EXTERY_DEBUG", "maybe"),
        ("EXTERY_SITE_URL", "extensions.example.org"),
        ("EXTERY_SITE_URL", "https://x.example/extensions"),
        ("EXTERY_SITE_URL", "ftp://x.example"),
        ("EXTERY_EMAIL", "mail.example"),
        ("EXTERY_EMAIL", "smtp:"),
        ("EXTERY_EMAIL_VERIFICATION", "sometimes"),
        ("EXTERY_THREADS", "0"),
        ("EXTERY_PROXIES", "one"),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        env.load({name: text})
    [problem] = caught.value.problems
    assert problem.code == "setting.bad-value"
    assert name in problem.message
    assert repr(text) in problem.message
    assert "expected" in problem.message


def test_everything_that_is_wrong_comes_at_once_with_the_nearest_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        env.load({"EXTERY_SITE_NAMES": "x", "EXTERY_DEBUG": "x", "EXTERY_ZZZ": "", "PATH": "/"})
    problems = {problem.where.field: problem for problem in caught.value.problems}
    assert set(problems) == {"EXTERY_SITE_NAMES", "EXTERY_ZZZ", "EXTERY_DEBUG"}
    assert problems["EXTERY_SITE_NAMES"].hint == "did you mean EXTERY_SITE_NAME?"


def test_variables_of_the_test_suite_are_left_alone() -> None:
    values = env.load({"EXTERY_REQUIRE": "all", "EXTERY_TEST_ANYTHING": "1"})

    assert values == env.load({})


def test_the_reference_page_has_a_line_for_each_setting() -> None:
    page = env.reference()
    for setting in env.SETTINGS:
        assert f"| `{setting.name}` |" in page
        assert setting.meaning in page
        assert setting.meaning.endswith(".")


def test_the_secret_key_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    env.prepare_data_folder(data)
    key = env.secret_key(data)
    env.prepare_data_folder(data)
    assert env.secret_key(data) == key
    assert len(key) > 50
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
    assert env.secret_key(data, "configured") == "configured"
    assert env.secret_key(tmp_path / "none") != env.secret_key(tmp_path / "none")


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


def test_a_site_on_https_has_cookies_that_never_travel_unencrypted() -> None:
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


def test_a_misspelt_variable_stops_the_site_with_its_name() -> None:
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
