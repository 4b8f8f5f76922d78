"""A project file, as ``extery.toml`` and as ``pyproject.toml``, with its options."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from extery.cli.project_file import OWN_FILE, PYPROJECT, read_project_config
from extery.core.errors import InvalidInput
from tests.fuzz.judge import check_problems

SEEDS = (
    b'output-format = "json"\n[validate]\nlike-blender = "4.2"\nvalid-tags = "tags.json"\n[silence]\n"manifest.license.deprecated" = "as agreed"\n',
    b'[silence]\nmanifest.license.deprecated = "as agreed"\npackage.system-files = "x"\n',
    b'[project]\nname = "x"\n[tool.extery]\noutput-format = "github"\n[tool.extery.build]\nsplit-platforms = true\n',
    b'[tool]\nextery = {silence = {"build.unlisted-wheel" = "y"}}\n',
    b'tool.extery.validate = {strict = true}\n[tool.other]\nextery = 1\n',
)  # fmt: skip
TOKENS = (
    b"[tool.extery]\n", b"[tool.extery.silence]\n", b"[silence]\n", b"[validate]\n", b"[[validate]]\n", b"[build]\n", b"tool", b"extery", b".", b" = ", b"silence", b"output-format", b"like-blender", b"strict", b"manifest.license.deprecated", b"package.bomb", b"a.b.c.d.e.f = 1\n", b'"', b"'", b'""', b"{", b"}",
    b"[", b"]", b",", b"\n", b"true", b"nan", b"1979-05-27", b"9" * 5_000, b"\xef\xbb\xbf", b"\xff", b'"\\ud800"', b"[" * 500, b'"\\u0000" = 1\n',
)  # fmt: skip
_COMMANDS = ("validate", "build", "server-generate")


def _options(command: str) -> tuple[str, ...]:
    return ("strict", "like-blender", "valid-tags") if command == "validate" else ("output",)


def target(data: bytes) -> None:
    for name in (OWN_FILE, PYPROJECT):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, name).write_bytes(data)
            try:
                config = read_project_config(
                    Path(folder), commands=_COMMANDS, option_names=_options
                )
            except InvalidInput as error:
                check_problems(error.problems)
                continue
            for command in _COMMANDS:
                for option, _, where in config.options(command):
                    assert option
                    assert str(where)
            assert all(reason.strip() for reason in config.silenced.values())
            with suppress(KeyError):
                config.where(("validate", "strict"))
