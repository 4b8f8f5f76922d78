"""The command in the hint for missing wheels, run by the real pip on a folder of wheels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from extery.author.validate import check_folder
from extery.core.errors import Problem
from extery.rules.pip_command import pip_download
from tests.author.trees import make_source, wheels_line
from tests.samples.packages import packed

WHEELS = [
    "attrs-24.2.0-py3-none-any.whl",
    "six-1.16.0-py2.py3-none-any.whl",
    "numpy-2.1.3-cp311-cp311-win_amd64.whl",
    "numpy-2.1.3-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "numpy-2.1.3-cp313-cp313-macosx_11_0_arm64.whl",
    "cryptography-43.0.1-cp37-abi3-manylinux_2_28_x86_64.whl",
    "embreex-2.17.7.post6-cp311-cp311-macosx_11_0_arm64.whl",
    "zope.interface-7.0-cp311-cp311-win_amd64.whl",
    "pygltf_lib-1!2.0-py3-none-any.whl",
    "torch-2.5.0+cpu-cp311-cp311-win_amd64.whl",
    "pyzmq-26.2.0-cp311-none-win_amd64.whl",
    "sdl-3.0-py3-none-macosx_11_0_arm64.whl",
    "fast-1.0-pp310-pypy310_pp73-win_amd64.whl",
]


def _index(folder: Path, names: list[str]) -> None:
    """Put a wheel of each name into ``folder``; each requires Python 3.8."""
    folder.mkdir()
    for name in names:
        library, version, *_ = name.split("-")
        info = f"{library}-{version}.dist-info"
        metadata = (
            f"Metadata-Version: 2.1\nName: {library}\nVersion: {version}\nRequires-Python: >=3.8\n"
        )
        (folder / name).write_bytes(
            packed(
                (f"{info}/METADATA", metadata.encode()),
                (f"{info}/WHEEL", b"Wheel-Version: 1.0\n"),
                (f"{info}/RECORD", b""),
            )
        )


def _run(command: str, folder: Path, index: Path) -> None:
    real = f'"{sys.executable}" -m pip --isolated --disable-pip-version-check download '
    real += f'--no-index --find-links "{index}"'
    subprocess.run(
        command.replace("pip download", real), shell=True, check=True, cwd=folder, timeout=300
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the command is quoted for a POSIX shell")
def test_pip_downloads_exactly_the_listed_wheels(tmp_path: Path) -> None:
    _index(tmp_path / "index", WHEELS)
    download = pip_download([f"./wheels/{name}" for name in WHEELS], max_length=100_000)

    assert download is not None
    assert download.wheels == len(WHEELS)
    _run(download.command, tmp_path, tmp_path / "index")
    assert sorted(path.name for path in (tmp_path / "wheels").iterdir()) == sorted(WHEELS)


@pytest.mark.skipif(sys.platform == "win32", reason="the command is quoted for a POSIX shell")
def test_the_hint_of_a_check_makes_the_folder_complete(tmp_path: Path) -> None:
    names = WHEELS[:3]
    _index(tmp_path / "index", names)
    source = make_source(tmp_path / "gears", extra=wheels_line([f"wheels/{n}" for n in names]))
    [problem] = _missing(source)

    assert problem.message == f"3 of 3 wheels are not there, the first is ./wheels/{names[0]}"
    _run(problem.hint.removeprefix("run in the manifest's folder: "), source, tmp_path / "index")
    assert not _missing(source)


def _missing(source: Path) -> list[Problem]:
    problems = check_folder(source).problems
    return [problem for problem in problems if problem.code == "package.wheel-missing"]


def test_a_command_has_every_tag_of_the_file_name() -> None:
    download = pip_download(["./wheels/numpy-2.1.3-cp311-cp311-win_amd64.whl"])

    assert download is not None
    assert download.command == (
        "pip download numpy==2.1.3 --only-binary=:all: --no-deps --ignore-requires-python"
        " --platform win_amd64 --python-version 3.11 --implementation cp --abi cp311 -d ./wheels"
    )


def test_wheels_for_the_same_target_share_a_command() -> None:
    names = [f"lib{n}-1.0-cp311-cp311-win_amd64.whl" for n in range(5)]

    download = pip_download(names)

    assert download is not None
    assert download.command.count("pip download") == 1
    assert download.command.endswith(" -d .")


def test_a_long_command_is_shortened_and_counts_its_wheels() -> None:
    names = [f"./wheels/library{n}-1.0-cp311-cp311-win_amd64.whl" for n in range(83)]

    download = pip_download(names)

    assert download is not None
    assert len(download.command) <= 850
    assert download.command.count("==1.0") == download.wheels < 83


@pytest.mark.parametrize(
    "name",
    [
        "gears.whl",
        "gears-new-py3-none-any.whl",
        "-r-1.0-py3-none-any.whl",
        "gears;id-1.0-py3-none-any.whl",
        "gears-1.0-py3-none-any;id.whl",
        "gears-1.0-py3-none-$(id).whl",
        "gears-1.0-jython-none-any.whl",
    ],
)
def test_wheels_with_names_that_pip_refuses_have_no_command(name: str) -> None:
    assert pip_download([f"./wheels/{name}"]) is None


@pytest.mark.skipif(sys.platform == "win32", reason="the command is quoted for a POSIX shell")
def test_a_folder_name_from_a_manifest_is_quoted(tmp_path: Path) -> None:
    name = "gears-1.0-py3-none-any.whl"
    _index(tmp_path / "index", [name])
    download = pip_download([f"./$(touch x) it's/{name}"])

    assert download is not None
    _run(download.command, tmp_path, tmp_path / "index")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["$(touch x) it's", "index"]
