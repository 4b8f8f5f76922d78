"""Sources of every kind and size are read within limits, or refused with a reason."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from extery.author.convert import source as source_module
from extery.author.convert import tar as tar_module
from extery.author.convert.layout import choose_add_on, files_of, find_add_ons
from extery.author.convert.source import open_source
from extery.core.errors import ExteryError

BL_INFO = b'bl_info = {"name": "Gears", "version": (1, 0, 0), "blender": (2, 80, 0)}\n'


def write_folder(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    path = path.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_tar(path: Path, files: Mapping[str, bytes]) -> Path:
    path = path.with_suffix(".txz")
    with tarfile.open(path, "w:xz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


KINDS: dict[str, Callable[[Path, Mapping[str, bytes]], Path]] = {
    "folder": write_folder,
    "zip": write_zip,
    "tar": write_tar,
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def codes(path: Path, add_on: str | None = None) -> set[str]:
    """Return the codes of the error when the add-on is read."""
    with pytest.raises(ExteryError) as caught, open_source(path) as tree:
        files_of(tree, choose_add_on(tree, add_on))
    return {problem.code for problem in caught.value.problems}


@each_kind
def test_the_files_of_a_nested_add_on_are_found_with_the_licence_beside_it(
    kind: str, tmp_path: Path
) -> None:
    files = {
        "gears-main/LICENSE": b"licence",
        "gears-main/README.md": b"read me",
        "gears-main/setup.py": b"",
        "gears-main/docs/a.md": b"",
        "gears-main/docs/b.md": b"",
        "gears-main/gears/__init__.py": BL_INFO,
        "gears-main/gears/data/a.json": b"{}",
        "gears-main/gears/__pycache__/a.pyc": b"",
        "gears-main/.git/config": b"",
    }
    with open_source(KINDS[kind](tmp_path / "source", files)) as tree:
        add_on = choose_add_on(tree, None)
        found = files_of(tree, add_on)
        assert add_on.name == "gears"
        assert set(found.files) == {"LICENSE", "README.md", "__init__.py", "data/a.json"}
        assert found.files["data/a.json"].read(10) == b"{}"
        assert [tuple(one) for one in found.left_out] == [
            ("gears-main/.git/", "generated"),
            ("gears-main/docs/", "outside"),
            ("gears-main/gears/__pycache__/", "generated"),
            ("gears-main/setup.py", "outside"),
        ]


@each_kind
def test_of_several_add_ons_each_is_named_and_one_is_chosen(kind: str, tmp_path: Path) -> None:
    files = {
        "a/__init__.py": BL_INFO,
        "a/inside/__init__.py": BL_INFO,
        "b.py": BL_INFO,
        "c.py": b"x = 1\n",
    }
    path = KINDS[kind](tmp_path / "source", files)
    assert codes(path) == {"convert.several"}
    assert codes(path, "c") == {"convert.unknown-add-on"}
    with open_source(path) as tree:
        assert [one.path for one in find_add_ons(tree)] == ["a", "b.py"]
        assert list(files_of(tree, choose_add_on(tree, "b")).files) == ["__init__.py"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("gears-main", "gears"),
        ("gears-1.2.3", "gears"),
        ("gears-v2.0", "gears"),
        ("gears_tool-master", "gears_tool"),
        ("gears2", "gears2"),
        ("main", "main"),
    ],
)
def test_what_a_code_host_puts_behind_a_name_is_no_part_of_it(
    name: str, plain: str, tmp_path: Path
) -> None:
    with open_source(write_folder(tmp_path / name, {"__init__.py": BL_INFO})) as tree:
        assert choose_add_on(tree, None).plain_name == plain


@each_kind
def test_a_source_without_an_add_on_is_refused(kind: str, tmp_path: Path) -> None:
    assert codes(KINDS[kind](tmp_path / "source", {"a.py": b"x = 1\n"})) == {"convert.no-add-on"}


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = write_folder(tmp_path / "gears", {"__init__.py": BL_INFO})
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "loop").symlink_to(folder)
    with open_source(folder) as tree:
        found = files_of(tree, choose_add_on(tree, None))
        assert set(found.files) == {"__init__.py"}
        assert [tuple(one) for one in found.left_out] == [("link", "link"), ("loop", "link")]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gears", {"__init__.py": BL_INFO})
    os.mkfifo(folder / "pipe")
    with open_source(folder) as tree:
        assert [tuple(one) for one in tree.left_out] == [("pipe", "special")]


@pytest.mark.parametrize("name", ["../x.py", "/x.py", "a/../../x.py", "con.py"])
@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_names_that_lead_outside_or_are_not_portable_are_refused(
    write: Callable[[Path, Mapping[str, bytes]], Path], name: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "source", {"gears/__init__.py": BL_INFO, name: b""})
    assert all(code.startswith("path.") for code in codes(path))


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_names_that_differ_by_case_only_are_refused(
    write: Callable[[Path, Mapping[str, bytes]], Path], tmp_path: Path
) -> None:
    path = write(
        tmp_path / "source", {"gears/__init__.py": BL_INFO, "gears/A": b"", "gears/a": b""}
    )
    assert codes(path) & {"path.case-collision", "convert.not-tar"}


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    files = {"gears/__init__.py": BL_INFO, "gears/bomb": bytes(60_000_000)}
    assert codes(write_zip(tmp_path / "bomb", files)) == {"package.bomb"}


def test_a_tar_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_module, "MAX_BYTES", 1_000_000)
    files = {"gears/__init__.py": BL_INFO, "gears/bomb": bytes(5_000_000)}
    assert codes(write_tar(tmp_path / "bomb", files)) == {"convert.too-large"}


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "MAX_FILES", 3)
    files = {f"gears/{number}.py": b"" for number in range(5)}
    assert codes(write_folder(tmp_path / "many", files)) == {"convert.too-large"}


@pytest.mark.parametrize("data", [b"", b"no archive", b"\xfd7zXZ\x00damaged", b"\x1f\x8b\x08cut"])
@pytest.mark.parametrize("suffix", [".zip", ".txz", ".tar.gz"])
def test_what_is_no_archive_is_refused(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"source{suffix}"
    path.write_bytes(data)
    assert codes(path)


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert codes(tmp_path / "nothing") == {"convert.not-found"}
    assert codes(tmp_path / ("x" * 5000)) == {"convert.not-found"}
