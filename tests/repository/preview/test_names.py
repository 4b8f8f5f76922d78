"""Which files of a folder a preview serves."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.repository.preview.site import Site


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/..%2fsecret",
        "/%2e%2e/secret",
        "/sub/../../secret",
        "/%2e%2e%5csecret",
        "/..\\secret",
        "//secret",
        "/./index.json",
        "/C:/secret",
        "/.hidden",
        "/.extery-mirror/state.json",
        "/index.json%00",
        "/index.json/",
        "/%ff",
        "secret",
        "http://x.org/index.json",
        "/none",
    ],
)
def test_files_outside_the_folder_and_hidden_files_are_not_served(
    folder: Path, site: Site, path: str
) -> None:
    (folder.parent / "secret").write_text("secret")
    (folder / ".hidden").write_text("secret")
    (folder / ".extery-mirror").mkdir()
    (folder / ".extery-mirror" / "state.json").write_text("secret")
    (folder / "sub").mkdir()

    answer = site.ask(path)

    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["a\\b.zip", "C:.zip", "two\nlines.zip"])
def test_every_name_that_can_be_listed_is_served(folder: Path, site: Site, name: str) -> None:
    (folder / name).write_bytes(b"PK")

    assert site.ask("/" + quote(name)).body == b"PK"


def test_invalid_names_are_not_found(folder: Path, site: Site) -> None:
    assert site.ask("/" + "a" * 300).status == 404
    if os.name != "nt":
        os.mkfifo(folder / "pipe.txt")
        assert site.ask("/pipe.txt").status == 404
