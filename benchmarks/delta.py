"""Bytes of delta downloads between real releases, and sizes of real packages as zip, xz and zstd.

The packages are wheels of successive releases from PyPI, packed anew as zips of deflate 9, and extensions that
bundle such wheels. They are downloaded once, with pip, into the user's cache. A server on loopback counts the
bytes. "plan" is the share of the new package that a delta would fetch, "fetched" what the client did: it downloads
small packages, and those with little to save, whole.

    python benchmarks/delta.py [--only updates|compression]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import lzma
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.fetch.web import Web, serving  # noqa: E402

from extery.client.delta_download import download_delta  # noqa: E402
from extery.client.delta_plan import plan_delta  # noqa: E402
from extery.fetch import DownloadRequest, Fetcher, download  # noqa: E402
from extery.fetch.deadline import Deadline  # noqa: E402
from extery.fetch.ranges import RangeReader  # noqa: E402
from extery.package.reuse import OldArchive  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "extery-benchmarks"
#: Project, old and new release, and the share that was measured before there was a client
#: (all unchanged members kept, holes below 8 KB fetched).
PAIRS = [
    ("molecularnodes", "4.5.10", "4.5.11", 2.6),
    ("molecularnodes", "4.4.3", "4.5.0", 50.7),
    ("databpy", "0.6.0", "0.6.2", 67.8),
    ("blenderproc", "2.7.2", "2.8.0", 48.8),
    ("trimesh", "5.1.1", "5.2.0", 20.4),
    ("trimesh", "4.12.1", "4.12.2", 4.2),
    ("networkx", "3.6", "3.6.1", 11.7),
    ("sympy", "1.13.3", "1.14.0", 71.3),
    ("pygments", "2.20.0", "2.21.0", 64.5),
    ("requests", "2.34.1", "2.34.2", 35.0),
    ("numpy", "2.4.5", "2.4.6", 20.9),
    ("scipy", "1.17.0", "1.17.1", 34.6),
    ("shapely", "2.1.1", "2.1.2", 37.4),
    ("lxml", "6.1.2", "6.1.3", 49.5),
    ("pyyaml", "6.0.2", "6.0.3", 95.2),
    ("pillow", "12.3.0", "13.0.0", 99.8),
]
#: New code and the same wheels may cost this share of the package.
LIMIT = 0.05
_PLATFORMS = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]
Files = Mapping[str, bytes]


class Row(NamedTuple):
    """One update: sizes in bytes, and requests."""

    size: int
    planned: int
    fetched: int
    requests: int


def main() -> int:
    """Measure and print; exit with 1 if the limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["updates", "compression"])
    options = parser.parse_args()
    good = True
    if options.only != "compression":
        good = print_updates()
    if options.only != "updates":
        print_compression()
    return 0 if good else 1


# Packages


def wheel(project: str, version: str) -> Path:
    """Return a wheel for CPython 3.11 on Linux from the cache, after downloading it if it is missing."""
    folder = CACHE / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    if not (found := _find_wheel(folder, project, version)):
        platforms = [f"--platform={name}" for name in (*_PLATFORMS, "any")]
        options = ["--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--quiet"]
        target = ["--python-version=3.11", "--implementation=cp", *platforms]
        target += [f"--abi={name}" for name in ("cp311", "abi3", "none")]
        command = [sys.executable, "-m", "pip", "download", *options, *target, "-d", str(folder)]
        subprocess.run([*command, f"{project}=={version}"], check=True)
        found = _find_wheel(folder, project, version)
    return found[0]


def _find_wheel(folder: Path, project: str, version: str) -> list[Path]:
    start = f"{project}-{version}-"
    return [path for path in folder.iterdir() if path.name.lower().startswith(start)]


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def packed(files: Files) -> bytes:
    """Return a zip as Blender packs extensions: wheels stored, everything else deflated."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if name.endswith(".whl"):
                info.compress_type = zipfile.ZIP_STORED
            archive.writestr(info, data, compresslevel=9)
    return file.getvalue()


def extension(code: Path, *wheels: Path) -> bytes:
    """Return an extension with the Python code of one wheel that bundles others."""
    files = {"blender_manifest.toml": f'id = "tool"  # {code.name}\n'.encode()}
    files |= {name: data for name, data in contents(code).items() if name.endswith(".py")}
    files |= {f"wheels/{path.name}": path.read_bytes() for path in wheels}
    return packed(files)


# Updates


def print_updates() -> bool:
    """Print all updates; return whether those with a limit keep it."""
    print("Updates: size of the new package, and the share of it that is fetched\n")
    print(f"{'':50}{'size':>10}{'plan':>8}{'before':>8}{'fetched':>9}{'requests':>10}")
    with serving() as web, tempfile.TemporaryDirectory() as folder:
        shares = []
        for project, old, new, before in PAIRS:
            two = [packed(contents(wheel(project, version))) for version in (old, new)]
            row = update(web, Path(folder), *two)
            print_row(f"{project} {old} > {new}", row, f"{before:7.1f}%")
            shares.append(row.planned / row.size)
        print(f"{'median of the plans':60}{median(shares):8.1%}{43:7.1f}%\n")
        print("The same releases as wheels in an extension whose code stays the same\n")
        code = wheel("trimesh", "4.12.1")
        for project, old, new, _ in PAIRS:
            two = [extension(code, wheel(project, version)) for version in (old, new)]
            print_row(f"wheel {project} {old} > {new}", update(web, Path(folder), *two))
        print("\nNew code, the same wheels (limit 5 %)\n")
        good = True
        for new_code, names in (
            ("5.2.0", [("numpy", "2.4.6"), ("pillow", "13.0.0")]),
            ("4.12.2", [("numpy", "2.4.6"), ("pillow", "13.0.0")]),
            ("5.2.0", [("numpy", "2.4.6"), ("scipy", "1.17.1"), ("shapely", "2.1.2")]),
        ):
            wheels = [wheel(*name) for name in names]
            two = [extension(wheel("trimesh", v), *wheels) for v in ("4.12.1", new_code)]
            row = update(web, Path(folder), *two)
            title = f"code {new_code} > and {', '.join(name for name, _ in names)}"
            print_row(title, row)
            good = good and row.fetched <= LIMIT * row.size
    print("" if good else "\nexceeded")
    return good


def print_row(title: str, row: Row, before: str = "") -> None:
    print(
        f"{title:50}{row.size / 1e6:7.2f} MB{row.planned / row.size:8.1%}{before:>8}"
        f"{row.fetched / row.size:9.1%}{row.requests:10}"
    )


def update(web: Web, folder: Path, old: bytes, new: bytes) -> Row:
    """Update from one package to the other as the client does; check the result."""
    path, to, part = folder / "old.zip", folder / "new.zip", folder / "new.part"
    path.write_bytes(old)
    request = DownloadRequest(web.put("/new.zip", new), len(new), hashlib.sha256(new).hexdigest())
    with Fetcher() as fetcher:
        planner = RangeReader(request.url, request.size, fetcher=fetcher, deadline=Deadline(600))
        with path.open("rb") as file:
            plan = plan_delta(planner, OldArchive(file, len(old)))
        planned = planner.received + plan.bytes_to_fetch
        before = len(web.seen)
        result = download_delta(request, old=path, to=to, part=part, fetcher=fetcher)
        if result is None:
            download(request, to=to, part=part, fetcher=fetcher)
    assert to.read_bytes() == new
    fetched = len(new) if result is None else result.fetched
    return Row(len(new), planned, fetched, len(web.seen) - before)


# Compression


def print_compression() -> None:
    """Print the size of packages in other formats, compared with a zip of deflate 9."""
    print("\nSize as a zip of deflate 9, and what other formats save\n")
    formats = ["xz 9 member", "zstd 19 member", "xz 9 solid", "zstd 19 solid"]
    print(f"{'':44}{'zip':>10}" + "".join(f"{name:>16}" for name in formats))
    groups: dict[str, list[tuple[str, Files]]] = {
        "plain": [
            (f"{project} {new}", contents(wheel(project, new)))
            for project, _, new, _ in PAIRS
            if project not in ("numpy", "scipy") and (project, new) != ("molecularnodes", "4.5.0")
        ],
        "with wheels": [bundle("shapely", "networkx"), bundle("pillow"), bundle("lxml", "pyyaml")],
    }
    for group, packages in groups.items():
        savings = []
        for name, files in packages:
            size = len(packed(files))
            row = [1 - other / size for other in sizes(files, size)]
            savings.append(row)
            print(f"{name:44}{size / 1e6:7.2f} MB" + "".join(f"{value:16.1%}" for value in row))
        middle = [median(column) for column in zip(*savings, strict=True)]
        print(f"{f'median, {group}':54}" + "".join(f"{value:16.1%}" for value in middle) + "\n")


def bundle(*projects: str) -> tuple[str, Files]:
    """Return an extension with the newest wheels of ``projects``."""
    newest = {project: new for project, _, new, _ in PAIRS}
    wheels = [wheel(project, newest[project]) for project in projects]
    with zipfile.ZipFile(io.BytesIO(extension(wheel("blenderproc", "2.8.0"), *wheels))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return f"blenderproc code and wheels: {', '.join(projects)}", files


def sizes(files: Files, zip_size: int) -> list[int]:
    """Return the sizes with every member compressed alone, in a zip, and of one compressed tar."""
    zstd = zstd_compressor()
    members: dict[Callable[[bytes], bytes], int] = {}
    for compress in (_xz, zstd):
        members[compress] = zip_size + sum(
            min(len(data), len(compress(data))) - len(_deflated(name, data))
            for name, data in files.items()
        )
    archive = _tar(files)
    return [members[_xz], members[zstd], len(_xz(archive)), len(zstd(archive))]


def _xz(data: bytes) -> bytes:
    return lzma.compress(data, preset=9)


def _deflated(name: str, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed({name: data}))) as archive:
        return bytes(archive.infolist()[0].compress_size)


def _tar(files: Files) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def zstd_compressor() -> Callable[[bytes], bytes]:
    """Return a compressor of level 19 from a library that is installed into the cache."""
    folder = CACHE / "libraries"
    if not (folder / "zstandard").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
        subprocess.run([*command, "zstandard"], check=True)
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    from importlib import import_module

    library: Any = import_module("zstandard")
    compressor = library.ZstdCompressor(level=19)
    return lambda data: bytes(compressor.compress(data))


if __name__ == "__main__":
    sys.exit(main())
