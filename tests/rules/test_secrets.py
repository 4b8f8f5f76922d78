"""Keys and tokens are found by name and by shape; what only resembles them is not, and no message shows them."""

from __future__ import annotations

import io
import json
import random
import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.author.build.plan import plan_build
from extery.author.validate import check_folder
from extery.cli.app import extery
from extery.core.errors import InvalidInput
from extery.rules.engine import Scope, check_package
from extery.rules.secret_texts import find_secrets
from tests.author.trees import make_source
from tests.samples.packages import add_on

BASE64 = string.ascii_letters + string.digits + "+/"


def made(alphabet: str, count: int) -> str:
    """Return random characters: no real secret is in this file."""
    return "".join(random.Random(count).choices(alphabet, k=count))


WORD = string.ascii_letters + string.digits
LINES = "\n".join(made(BASE64, 64) for _ in range(4))
SECRETS = {
    "an RSA key": ("a private key", f"-----BEGIN RSA PRIVATE KEY-----\n{LINES}\n-----END RSA"),
    "an encrypted key": (
        "a private key",
        f"-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: AES\r\n\r\n{LINES}",
    ),
    "a key of OpenSSH": ("a private key", f"-----BEGIN OPENSSH PRIVATE KEY-----\n{LINES}"),
    "a short key": ("a private key", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYD\n-----END PRIVATE"),
    "a key in a string": (
        "a private key",
        f'KEY = "-----BEGIN PRIVATE KEY-----\\n{LINES[:64]}\\n"',
    ),
    "a key in joined strings": (
        "a private key",
        f'KEY = (\n  "-----BEGIN EC PRIVATE KEY-----\\n"\n  "{LINES[:64]}\\n"\n)',
    ),
    "a key of PGP": ("a private key", f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{LINES}"),
    "a key of PuTTY": ("a private key", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"),
    "AWS": ("an access key of AWS", f"id = 'AKIA{made(string.ascii_uppercase, 16)}'"),
    "GitHub": ("a token of GitHub", f"ghp_{made(WORD, 36)}"),
    "GitHub, fine-grained": ("a token of GitHub", f"github_pat_{made(WORD, 22)}_{made(WORD, 59)}"),
    "GitLab": ("a token of GitLab", f"glpat-{made(WORD, 20)}"),
    "OpenAI, old": ("a key of OpenAI", f"sk-{made(WORD, 20)}T3BlbkFJ{made(WORD, 20)}"),
    "OpenAI, project": ("a key of OpenAI", f"api_key=sk-proj-{made(WORD, 74)}"),
    "Anthropic": ("a key of Anthropic", f"sk-ant-api03-{made(WORD, 93)}AA"),
    "Google": ("a key of Google", f'"AIza{made(WORD, 35)}"'),
    "Hugging Face": ("a token of Hugging Face", f"hf_{made(string.ascii_letters, 34)}"),
    "Slack": ("a token of Slack", f"xoxb-123456789012-{made(string.digits, 12)}-{made(WORD, 24)}"),
    "Stripe": ("a key of Stripe", f"sk_live_{made(WORD, 24)}"),
    "PyPI": ("a token of PyPI", f"pypi-AgEIcHlwaS5vcmc{made(WORD, 60)}"),
    "npm": ("a token of npm", f"npm_{made(WORD, 36)}"),
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_in_its_line(name: str) -> None:
    kind, text = SECRETS[name]

    assert [*find_secrets(f"first = 1\n\n{text}\nlast = 2\n".encode())] == [
        (kind, 4 if name == "a key in joined strings" else 3)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "if text.startswith('-----BEGIN PRIVATE KEY-----'):\n    return load(text)\n",
        'header = "-----BEGIN RSA PRIVATE KEY-----\\n" + b64encode(key_data_of_the_user_in_bytes)',
        f"-----BEGIN CERTIFICATE-----\n{LINES}\n-----END CERTIFICATE-----",
        f"-----BEGIN PUBLIC KEY-----\n{LINES}\n-----END PUBLIC KEY-----",
        "aws = 'AKIAIOSFODNN7EXAMPLE'",
        f"data = '{made(BASE64, 40)}AKIA{made(string.ascii_uppercase, 16)}{made(BASE64, 40)}'",
        "token = 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
        "token = 'ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
        "PATTERN = re.compile(r'ghp_[A-Za-z0-9]{36}')",
        f"sha = 'ghp_{made(WORD, 12)}'",
        "key = 'sk-your-openai-key-goes-here'",
        "class='task-list-of-many-words-in-a-row-that-is-longer-than-forty-eight'",
        f"url = 'https://example.org/risk-{made(WORD, 48)}'",
        "hf_hub_download_of_many_files_in_a_row = 3",
        "npm_config_registry_of_the_user_and_more_words = 1",
    ],
)
def test_what_resembles_a_secret_is_none(text: str) -> None:
    assert [*find_secrets(text.encode())] == []


@pytest.mark.parametrize(
    "text",
    [
        b"-----BEGIN PRIVATE KEY-----\\n" * 40_000,
        b"-----BEGIN PRIVATE KEY-----\n" + b"A: b\\n" * 150_000,
        b"-----BEGIN PRIVATE KEY-----\n" + b"QUJD\n" * 200_000,
        b"-----BEGIN PRIVATE KEY-----" + b"\\n" * 500_000,
        b"sk-" * 300_000,
        b"sk-" + b"a" * 1_000_000,
        b"sk-ant-" + b"a-" * 400_000,
        b"xoxb-1" * 150_000,
        b"AIza" * 250_000,
        b"AKIA" * 250_000,
    ],
)
def test_a_hostile_text_is_searched_in_linear_time(text: bytes) -> None:
    # The time-out of a test is what this would exceed otherwise.
    assert len([*find_secrets(text)]) <= 1


@pytest.mark.parametrize(
    "name",
    [
        *(".env", "config/.env", ".ENV", ".env.production", ".netrc", ".pypirc", "id_rsa"),
        *("keys/id_ed25519", "sign.p12", "sign.PFX", "a.ppk", "release.jks", "a.kdbx"),
        ".git-credentials",
    ],
)
def test_a_file_of_keys_is_an_error_everywhere(name: str, tmp_path: Path) -> None:
    source = make_source(tmp_path, name, extra="[build]\npaths_exclude_pattern = ['nothing']\n")
    data = add_on((name, b"x"))

    with pytest.raises(InvalidInput) as caught:
        plan_build(source)
    for problems in (
        caught.value.problems,
        check_folder(source).problems,
        check_package(io.BytesIO(data)).problems,
        check_package(io.BytesIO(data), scope=Scope.UPLOAD).problems,
        check_package(io.BytesIO(data), scope=Scope.REPOSITORY).problems,
    ):
        [problem] = [problem for problem in problems if problem.is_error]
        assert problem.code == "secret.file"
        assert name in str(problem.where)


@pytest.mark.parametrize(
    "name", [".env.example", ".env.sample", "id_rsa.pub", "env", "p12", "cacert.pem", "a.key"]
)
def test_a_file_with_a_similar_name_is_none(name: str) -> None:
    assert not check_package(io.BytesIO(add_on((name, b"x")))).problems


def test_a_package_with_a_key_stays_in_repositories() -> None:
    report = check_package(io.BytesIO(add_on((".env", b"x"))), scope=Scope.REPOSITORY)

    assert not report.ok
    assert report.installable_manifest is not None


def test_a_token_is_an_error_in_build_validate_check_and_upload(tmp_path: Path) -> None:
    kind, text = SECRETS["GitHub"]
    source = make_source(tmp_path / "source")
    (source / "api.py").write_text(f"import os\nTOKEN = '{text}'\n")
    data = add_on(("api.py", f"TOKEN = '{text}'\n".encode()))
    (tmp_path / "a.zip").write_bytes(data)

    assert not check_package(io.BytesIO(data), scope=Scope.UPLOAD).ok
    # Repositories do not unpack what they list.
    assert check_package(io.BytesIO(data), scope=Scope.REPOSITORY).ok
    for command in (
        ["build", str(source), "--output-dir", str(tmp_path / "out"), "--no-reuse"],
        ["validate", str(source)],
        ["check", str(source)],
        ["validate", str(tmp_path / "a.zip")],
        ["check", str(tmp_path / "a.zip")],
    ):
        for formatted in ([], ["--json"], ["--output-format", "sarif"]):
            result = CliRunner().invoke(extery, [*command, *formatted])
            assert result.exit_code == 1
            assert kind in result.output
            assert text not in result.output + result.stderr
    assert not (tmp_path / "out").exists()
    [problem] = check_folder(source).problems
    assert (problem.where.file, problem.where.line) == ("api.py", 2)


def test_a_token_in_a_file_that_is_not_packed_is_no_problem(tmp_path: Path) -> None:
    source = make_source(tmp_path, ".env", "notes/.env")

    assert json.dumps(check_folder(source).problems) == "[]"


def test_binary_and_large_files_are_not_searched(tmp_path: Path) -> None:
    text = SECRETS["GitHub"][1].encode()
    for name, data in (
        ("a.bin", b"\0" + text),
        ("a.txt", text + b" " * (1 << 20)),
        ("a.png", text),
    ):
        report = check_package(io.BytesIO(add_on((name, data))))
        assert not report.problems
