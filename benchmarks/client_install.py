"""Compares `extery install` with Blender's command-line tool and, if it is installed, with uv: whole processes.

A server in this process waits before each answer and for each new connection, and limits the bandwidth of a connection.
Packages are the first compatible ones of `packages.py`, by the hash of their names; targets and stores are on a memory file system
where there is one. uv installs the same payloads as wheels. All listings are fetched before the measurement. Each case runs
alternately (A B A B …); seconds are those of the fastest run, and a ratio is that of the fastest runs. The seconds of
all processors ("cpu"), in the same order, depend less on what else the machine does.

    python benchmarks/client_install.py [--packages 1 20 100] [--network instant latency connect bandwidth] [--warm] [--large]
"""

from __future__ import annotations

import argparse
import base64
import compileall
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks import packages  # noqa: E402
from benchmarks.throttled_server import NETWORKS, Network, Server  # noqa: E402
from tests.blender.install import Installed, installed  # noqa: E402
from tests.client.samples import make_package  # noqa: E402

from extery.client.repositories import Repository, change_repositories  # noqa: E402
from extery.client.targets import Target  # noqa: E402

EXTERY = Path(sys.executable).with_name("extery")
#: How many times as fast as the peer extery must be, by packages and network.
LIMITS = {(20, "connect"): 5.5, (100, "connect"): 14.0, (100, "bandwidth"): 9.0}
WARM_LIMIT = 1.9
#: Bytes of each large package, and of the memory that installing many of them at once may take.
LARGE_SIZE, MEMORY_LIMIT = 24_000_000, 150_000_000
#: How many times the seconds of uv extery may take.
UV_LIMIT, UV_LIMITED = 1.25, (100, "connect")


class Package(NamedTuple):
    """An extension, and its file in the repository."""

    id: str
    version: str
    path: Path


class Times(NamedTuple):
    """Of one run: seconds, seconds of all processors, and the peak memory of the largest process in bytes."""

    seconds: float
    cpu: float
    memory: int


# Packages


def compatible_packages(folder: Path, number: int) -> list[Path]:
    """Return the first packages, by the hash of their names, that Blender 5.0 on Linux can use."""
    found = []
    for path in folder.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            manifest = tomllib.loads(archive.read("blender_manifest.toml").decode())
        if "linux-x64" in manifest.get("platforms", ["linux-x64"]):
            found.append((hashlib.sha256(path.stem.encode()).digest(), path))
    return [path for _, path in sorted(found)[:number]]


def make_repository(folder: Path, sources: list[Path]) -> list[Package]:
    """Copy packages to a folder and write its listing; return them in the order of ``sources``."""
    folder.mkdir()
    for path in sources:
        shutil.copy(path, folder)
    _run([str(EXTERY), "server-generate", "--repo-dir", str(folder)], dict(os.environ))
    entries = json.loads((folder / "index.json").read_text())["data"]
    by_name = {Path(unquote(entry["archive_url"])).name: entry for entry in entries}
    return [
        Package(by_name[path.name]["id"], by_name[path.name]["version"], folder / path.name)
        for path in sources
    ]


def make_large_packages(folder: Path, number: int) -> list[Path]:
    """Write packages of `LARGE_SIZE` bytes that cannot be compressed; each is fetched over several connections."""
    folder.mkdir()
    paths = []
    for index in range(number):
        path = make_package(folder, f"large_{index}")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("data.bin", random.Random(index).randbytes(LARGE_SIZE))
        paths.append(path)
    return paths


def measure_memory(memory: Path, number: int) -> bool:
    """Install large packages at once, and print the peak memory; return whether it exceeds the limit."""
    sources = make_large_packages(memory / "large", number)
    chosen = make_repository(memory / "large-repository", sources)
    server = Server(memory / "large-repository")
    server.start()
    bench = Bench(memory, chosen, server)
    bench.clients["extery"] = prepare_extery
    best = bench.row(number, "bandwidth", runs=1)["extery"]
    is_over = best.memory > MEMORY_LIMIT
    print(
        f"   {number} packages of {LARGE_SIZE / 1e6:.0f} MB at once: peak memory {best.memory / 1e6:.0f} MB,"
        f" limit {MEMORY_LIMIT / 1e6:.0f} MB{' exceeded' if is_over else ''}",
        flush=True,
    )
    return is_over


def write_wheel(package: Package, folder: Path) -> Path:
    """Write the files of a package as a wheel: a Python package with the name of the extension."""
    stem = f"{package.id}-{package.version}"
    path = folder / f"{stem}-py3-none-any.whl"
    rows = []
    with zipfile.ZipFile(package.path) as source, zipfile.ZipFile(path, "w") as wheel:

        def add(name: str, data: bytes, method: int) -> None:
            wheel.writestr(zipfile.ZipInfo(name, (2024, 6, 1, 12, 0, 0)), data, method)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows.append(f"{name},sha256={digest},{len(data)}")

        for member in source.infolist():
            add(f"{package.id}/{member.filename}", source.read(member), member.compress_type)
        about = f"Metadata-Version: 2.1\nName: {package.id}\nVersion: {package.version}\n"
        tags = "Wheel-Version: 1.0\nGenerator: extery\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        add(f"{stem}.dist-info/METADATA", about.encode(), zipfile.ZIP_STORED)
        add(f"{stem}.dist-info/WHEEL", tags.encode(), zipfile.ZIP_STORED)
        rows.append(f"{stem}.dist-info/RECORD,,\n")
        wheel.writestr(f"{stem}.dist-info/RECORD", "\n".join(rows))
    return path


# The clients: each prepares a target and returns the command to measure.


class Case(NamedTuple):
    """What is installed from where, in an empty ``folder``, over ``network`` or from a warm store."""

    folder: Path
    url: str
    packages: list[Package]


class Prepared(NamedTuple):
    """The command that installs, its environment, and a pattern with the files that exist afterwards."""

    command: list[str]
    environment: dict[str, str]
    installed: Path
    pattern: str
    #: Removes what was installed and keeps what was downloaded.
    clear: Callable[[], None]


def prepare_extery(case: Case) -> Prepared:
    folder = case.folder / "target"
    environment = {
        **os.environ,
        "HOME": str(case.folder),
        "EXTERY_CACHE": str(case.folder / "cache"),
        "EXTERY_CONFIG": str(case.folder / "config"),
    }

    def sync() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        target = Target(folder, (5, 0, 1))
        change_repositories(target, lambda _: [Repository("studio", f"{case.url}/index.json")])
        _run([str(EXTERY), "sync", "--blender", "5.0.1", "--dir", str(folder)], environment)

    sync()
    ids = [package.id for package in case.packages]
    command = [str(EXTERY), "install", *ids, "--dir", str(folder)]
    return Prepared(command, environment, folder, "studio/*/blender_manifest.toml", sync)


def prepare_peer(case: Case, blender: Installed) -> Prepared:
    folder = case.folder / "target"
    tool = [sys.executable, str(blender.command_line_tool)]
    where = [f"--remote-url={case.url}/index.json", f"--local-dir={folder}"]
    folder.mkdir()
    environment = dict(os.environ)
    _run([*tool, "sync", *where], environment)

    def clear() -> None:
        for path in folder.iterdir():
            if not path.name.startswith("."):
                shutil.rmtree(path)

    options = [f"--blender-version={blender.release.version}", f"--python-version={_python()}"]
    ids = ",".join(package.id for package in case.packages)
    command = [*tool, "install", *where, *options, "--local-cache=1", ids]
    return Prepared(command, environment, folder, "*/blender_manifest.toml", clear)


def prepare_uv(case: Case, uv: str) -> Prepared:
    folder = case.folder / "target"
    lines = [
        f"{package.id} @ {case.url}/wheels/{package.id}-{package.version}-py3-none-any.whl\n"
        for package in case.packages
    ]
    requirements = case.folder / "requirements.txt"
    requirements.write_text("".join(lines))
    options = ["--no-config", "--no-deps", "--no-index", f"--python={sys.executable}", "--quiet"]
    places = [f"--target={folder}", f"--cache-dir={case.folder / 'cache'}"]
    command = [uv, "pip", "install", *options, *places, "-r", str(requirements)]
    return Prepared(
        command, dict(os.environ), folder, "*/blender_manifest.toml", lambda: shutil.rmtree(folder)
    )


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _run(command: list[str], environment: dict[str, str]) -> Times:
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise SystemExit(f"{command[:4]} failed:\n{output.read()[-4000:].decode()}")
    return Times(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


# Measurement


class Bench:
    """Measures the clients with one repository."""

    def __init__(self, memory: Path, packages: list[Package], server: Server) -> None:
        self.memory = memory
        self.packages = packages
        self.server = server
        self.clients: dict[str, Callable[[Case], Prepared]] = {}

    def row(
        self, number: int, network: str, *, runs: int, is_warm: bool = False
    ) -> dict[str, Times]:
        """Return the fastest run of each client, and print a line with all of them."""
        best: dict[str, Times] = {}
        for _ in range(runs):
            for name, prepare in self.clients.items():
                times = self._measure(prepare, number, NETWORKS[network], is_warm=is_warm)
                known = best.get(name, times)
                best[name] = Times(
                    min(times.seconds, known.seconds),
                    min(times.cpu, known.cpu),
                    min(times.memory, known.memory),
                )
        label = "from a warm store" if is_warm else NETWORKS[network].label
        own = best["extery"]
        columns = "".join(f"{best[name].seconds:9.3f}" for name in best)
        ratios = "".join(
            f"{times.seconds / own.seconds:8.1f}x" for name, times in best.items() if times != own
        )
        cpu = "".join(f"{best[name].cpu:6.2f}" for name in best)
        print(f"{number:>4} {label:20}{columns}   cpu{cpu} {ratios}", end="")
        return best

    def _measure(
        self, prepare: Callable[[Case], Prepared], number: int, network: Network, *, is_warm: bool
    ) -> Times:
        with tempfile.TemporaryDirectory(dir=self.memory) as name:
            self.server.network = NETWORKS["instant"]
            prepared = prepare(Case(Path(name), self.server.url, self.packages[:number]))
            if is_warm:
                _run(prepared.command, prepared.environment)
                prepared.clear()
            self.server.network = network
            times = _run(prepared.command, prepared.environment)
            found = len(list(prepared.installed.glob(prepared.pattern)))
            if found != number:
                raise SystemExit(f"{found} of {number} were installed by {prepared.command[:4]}")
        return times


def _missed(best: dict[str, Times], limit: float, uv_limit: float) -> bool:
    """Print the limits of a row; return whether one is missed."""
    own, is_missed = best["extery"].seconds, False
    if limit and "peer" in best:
        is_missed = best["peer"].seconds / own < limit
        print(f"   limit {limit}x{' missed' if is_missed else ''}", end="")
    if uv_limit and "uv" in best:
        is_over = own / best["uv"].seconds > uv_limit
        share = f"{own / best['uv'].seconds:.2f} of uv"
        print(f"   {share}, limit {uv_limit}{' exceeded' if is_over else ''}", end="")
        is_missed = is_missed or is_over
    print(flush=True)
    return is_missed


@contextmanager
def _memory_folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="extery-install-", dir=place) as name:
        yield Path(name)


def main() -> int:
    """Measure and print; exit with 1 if a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, nargs="*", default=[1, 20, 100])
    parser.add_argument("--network", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--warm", type=int, nargs="*", default=[100], help="packages of the store")
    parser.add_argument(
        "--large", type=int, default=32, help="large packages at once, for the peak memory"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--count", type=int, default=1000, help="packages to choose from")
    parser.add_argument("--bytes", type=int, default=480_000_000, help="of all of them")
    parser.add_argument("--only", choices=["extery", "peer", "uv"], nargs="+")
    parser.add_argument("--uv", default=shutil.which("uv") or "", help="path of uv")
    options = parser.parse_args()
    blender = installed("5.0")
    compileall.compile_dir(ROOT / "src" / "extery", quiet=1)
    most = max([*options.packages, *options.warm])
    source = packages.cached(count=options.count, total=options.bytes)
    with _memory_folder() as memory:
        repository = memory / "repository"
        chosen = make_repository(repository, compatible_packages(source, most))
        server = Server(repository)
        server.start()
        bench = Bench(memory, chosen, server)
        bench.clients["extery"] = prepare_extery
        if blender.is_complete:
            bench.clients["peer"] = lambda case: prepare_peer(case, blender)
        if options.uv:
            (repository / "wheels").mkdir()
            for package in chosen:
                write_wheel(package, repository / "wheels")
            bench.clients["uv"] = lambda case: prepare_uv(case, options.uv)
        if options.only:
            bench.clients = {n: c for n, c in bench.clients.items() if n in options.only}
        size = sum(package.path.stat().st_size for package in chosen)
        print(f"{len(chosen)} packages of {size:,} bytes; seconds, best of {options.runs}\n")
        print(f"{'':25}{''.join(f'{name:>9}' for name in bench.clients)}")
        missed = [
            _missed(
                bench.row(number, network, runs=options.runs),
                LIMITS.get((number, network), 0.0),
                UV_LIMIT if (number, network) == UV_LIMITED else 0.0,
            )
            for number in options.packages
            for network in options.network
        ]
        missed += [
            _missed(bench.row(number, "instant", runs=options.runs, is_warm=True), limit, 0.0)
            for number in options.warm
            for limit in [WARM_LIMIT if number == 100 else 0.0]
        ]
        if options.large:
            missed.append(measure_memory(memory, options.large))
    return 1 if any(missed) else 0


if __name__ == "__main__":
    sys.exit(main())
