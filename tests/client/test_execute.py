"""Packages are fetched once, verified and installed in all targets; one that fails spoils no other."""

from __future__ import annotations

import shutil
import threading
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from extery.client import transaction as transaction_module
from extery.client.execute import Result, execute
from extery.client.execute_progress import Progress
from extery.client.index.candidates import Candidate
from extery.client.operations import load_all
from extery.client.plan import Change, Plan
from extery.client.records import find_installed, get_installed
from extery.client.repositories import Repository, change_repositories
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, target_lock, transaction
from extery.client.unusable import unusable
from extery.core.errors import ExteryError, Refused
from extery.fetch import Fetcher
from extery.package import open_package
from tests.client.samples import make_package, make_target, state_of
from tests.fakes import FakeRepository
from tests.fetch import web as faults
from tests.sample_bytes import letters
from tests.samples.packages import wheel


class Farm:
    """Two targets and a repository on a fake server."""

    def __init__(self, folder: Path) -> None:
        self.online = FakeRepository(folder / "online")
        self.repository = Repository("studio", self.online.url)
        self.targets = [
            make_target(folder / "one", self.repository),
            make_target(folder / "two", self.repository),
        ]
        self.store = Store(folder / "cache")
        self.progress: list[Progress] = []
        self.on_progress: Callable[[Progress], None] = self.progress.append
        self.made = 0

    def make_fetcher(self, _repository: Repository, _target: Target) -> Fetcher:
        self.made += 1
        return self.online.fetcher()

    def run(self, *, targets: Sequence[Target] = (), timeout: float = DEFAULT_TIMEOUT) -> Result:
        """Install every listed package in the targets, by default in both."""
        changes = [
            Change(
                target,
                self.repository,
                entry["id"],
                get_installed(target, self.repository, entry["id"]),
                Candidate(self.repository, entry),
            )
            for target in targets or self.targets
            for entry in self.online.entries
        ]
        return execute(
            Plan(changes),
            "install",
            store=self.store,
            make_fetcher=self.make_fetcher,
            on_progress=self.on_progress,
            timeout=timeout,
        )

    def installed(self) -> list[dict[str, str]]:
        return [
            {item.id: item.state.version for item in find_installed(target)}
            for target in self.targets
        ]


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    return Farm(tmp_path)


def add(farm: Farm, *ids: str, version: str = "1.0.0") -> None:
    for identifier in ids:
        farm.online.add(f"{identifier}-{version}.zip", extension_id=identifier, version=version)


def test_each_package_is_fetched_once_for_all_targets(farm: Farm) -> None:
    add(farm, "gear_tool", "spring_tool")
    result = farm.run()
    assert not result.failed
    assert farm.installed() == [{"gear_tool": "1.0.0", "spring_tool": "1.0.0"}] * 2
    assert len(farm.online.web.requests_of("/r/gear_tool-1.0.0.zip")) == 1
    assert [operation.number for _, operation in result.operations] == [1, 1]


def test_progress_ends_with_all_bytes_and_packages(farm: Farm) -> None:
    add(farm, "gear_tool", "spring_tool")
    farm.run()
    last = farm.progress[-1]
    assert (last.received, last.packages) == (last.of_bytes, last.of_packages)
    assert last.of_packages == 2


def test_a_warm_store_needs_no_network(farm: Farm) -> None:
    add(farm, "gear_tool")
    farm.run(targets=farm.targets[:1])
    made = farm.made
    farm.run(targets=farm.targets[1:])
    assert farm.made == made
    assert farm.installed() == [{"gear_tool": "1.0.0"}] * 2


def test_packages_of_the_store_are_unpacked_without_threads(farm: Farm) -> None:
    add(farm, "gear_tool", "spring_tool")
    farm.run(targets=farm.targets[:1])
    add(farm, "new_tool")
    threads = {}

    def note(progress: Progress) -> None:
        if progress.item.state == "done":
            threads[progress.item.name] = threading.current_thread()

    farm.on_progress = note
    farm.run(targets=farm.targets[1:])
    here = threading.current_thread()
    assert threads["studio.gear_tool"] is threads["studio.spring_tool"] is here
    assert threads["studio.new_tool"] is not here
    assert farm.installed()[1] == dict.fromkeys(["gear_tool", "new_tool", "spring_tool"], "1.0.0")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.status(404), "fetch.not-found"),
        (faults.status(403), "fetch.forbidden"),
        (faults.status(500), "fetch.status"),
        (faults.tamper(), "fetch.hash"),
        (faults.redirect("http://localhost:9/r/else"), "fetch.not-found"),
    ],
    ids=["404", "403", "500", "tampered", "redirect"],
)
def test_a_package_that_cannot_be_fetched_spoils_no_other(
    farm: Farm, fault: faults.Fault, code: str
) -> None:
    add(farm, "gear_tool", "bad_tool", "spring_tool")
    farm.online.web.fail("/r/bad_tool-1.0.0.zip", *[fault] * 20)
    result = farm.run()
    assert farm.installed() == [{"gear_tool": "1.0.0", "spring_tool": "1.0.0"}] * 2
    assert [change.name for change, _ in result.failed] == ["studio.bad_tool"] * 2
    assert {error.code.split(".")[0] for _, error in result.failed} == {code.split(".")[0]}
    [operation] = load_all(farm.targets[0])
    assert [name for name, _ in operation.failed] == ["studio.bad_tool"]


def test_a_damaged_package_with_the_right_hash_is_left_out(farm: Farm, tmp_path: Path) -> None:
    add(farm, "gear_tool")
    data = make_package(tmp_path, "bad_tool").read_bytes()
    broken = data[:60] + bytes([data[60] ^ 255]) + data[61:]
    farm.online.add_bytes("bad_tool-1.0.0.zip", broken, id="bad_tool", version="1.0.0")
    result = farm.run()
    assert farm.installed() == [{"gear_tool": "1.0.0"}] * 2
    assert {error.code for _, error in result.failed} <= {
        "package.damaged-member",
        "package.header-mismatch",
        "package.stream-size",
    }
    assert len(result.failed) == 2


def test_an_entry_that_lies_about_id_or_version_is_refused(farm: Farm) -> None:
    add(farm, "gear_tool")
    farm.online.entries[0]["version"] = "9.0.0"
    result = farm.run()
    assert farm.installed() == [{}, {}]
    assert {error.code for _, error in result.failed} == {"install.other-package"}


def test_a_package_of_a_file_url_is_refused_in_a_listing_from_the_web(
    farm: Farm, tmp_path: Path
) -> None:
    add(farm, "gear_tool")
    farm.online.entries[0]["archive_url"] = (tmp_path / "secret.zip").as_uri()
    result = farm.run()
    assert {error.code for _, error in result.failed} == {"fetch.archive-url-local"}
    assert not result.operations


def test_what_changed_since_the_plan_is_not_replaced(farm: Farm, tmp_path: Path) -> None:
    add(farm, "gear_tool")
    target = farm.targets[0]
    [entry] = farm.online.entries
    change = Change(target, farm.repository, "gear_tool", None, Candidate(farm.repository, entry))
    package = make_package(tmp_path, version="7.0.0")
    with transaction(target, "install") as other:
        other.install(farm.repository, "gear_tool", state_of(package), package)
        other.commit()
    result = execute(Plan([change]), "install", store=farm.store, make_fetcher=farm.make_fetcher)
    assert [error.code for _, error in result.failed] == ["install.changed"]
    assert farm.installed()[0] == {"gear_tool": "7.0.0"}


def test_without_the_network_each_package_says_so(farm: Farm) -> None:
    add(farm, "gear_tool", "spring_tool")

    def refuse(repository: Repository, _target: Target) -> Fetcher:
        raise Refused.of("fetch.redirect-unsafe", url=repository.url, target="none")

    changes = [
        Change(farm.targets[0], farm.repository, e["id"], None, Candidate(farm.repository, e))
        for e in farm.online.entries
    ]
    result = execute(Plan(changes), "install", store=farm.store, make_fetcher=refuse)
    assert len(result.failed) == 2
    assert farm.installed() == [{}, {}]


def test_an_interrupt_leaves_everything_as_it_was(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(farm, "gear_tool", "spring_tool")

    def interrupt(*_: object, **__: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(farm.store, "fetch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        farm.run()
    assert farm.installed() == [{}, {}]
    assert not list(farm.targets[0].folder.glob("studio/.extery/*"))


def test_an_update_fetches_only_what_has_changed(farm: Farm, tmp_path: Path) -> None:
    data = letters(400_000, seed=7).decode()
    for version in ("1.0.0", "2.0.0"):
        path = make_package(tmp_path, version=version, files={"data.txt": data})
        farm.online.entries.clear()
        farm.online.add_bytes(path.name, path.read_bytes(), id="gear_tool", version=version)
        result = farm.run()
    assert not result.failed
    assert result.saved > 150_000
    assert farm.installed() == [{"gear_tool": "2.0.0"}] * 2
    assert farm.store.path(state_of(path).sha256).read_bytes() == path.read_bytes()


def test_different_versions_of_a_wheel_are_reported(farm: Farm, tmp_path: Path) -> None:
    target = farm.targets[0]

    def with_wheel(identifier: str, version: str) -> Path:
        name = f"wheels/numpy-{version}-py3-none-any.whl"
        path = make_package(tmp_path, identifier)
        with zipfile.ZipFile(path) as archive:
            contents = {item: archive.read(item) for item in archive.namelist()}
        contents[name] = wheel(f"numpy-{version}")
        contents["blender_manifest.toml"] += f'wheels = ["./{name}"]\n'.encode()
        with zipfile.ZipFile(path, "w") as archive:
            for item, data in contents.items():
                archive.writestr(item, data)
        return path

    for identifier, version in (("one", "1.0"), ("two", "2.0")):
        path = with_wheel(identifier, version)
        with open_package(path) as package:
            farm.online.add_bytes(
                path.name, path.read_bytes(), id=identifier, version=package.manifest.version
            )
    result = farm.run(targets=[target])
    [problem] = result.problems
    assert (problem.code, problem.severity) == ("install.wheel-conflict", "warning")
    assert "numpy 1.0" in problem.message


def test_a_target_that_cannot_be_written_is_an_error(farm: Farm, tmp_path: Path) -> None:
    add(farm, "gear_tool")
    (tmp_path / "file").write_text("")
    target = Target(tmp_path / "file" / "extensions", (4, 2, 99))
    [entry] = farm.online.entries
    change = Change(target, farm.repository, "gear_tool", None, Candidate(farm.repository, entry))
    with pytest.raises(ExteryError):
        execute(Plan([change]), "install", store=farm.store, make_fetcher=farm.make_fetcher)
    change_repositories(farm.targets[0], lambda known: known)
    assert farm.installed() == [{}, {}]


def test_a_target_that_cannot_be_written_spoils_no_other(farm: Farm) -> None:
    add(farm, "gear_tool")
    broken = farm.targets[0]
    shutil.rmtree(broken.folder)
    broken.folder.write_text("in the way")
    result = farm.run()
    assert [problem.code for problem in result.problems] == ["target.unusable"]
    assert [target for target, _ in result.operations] == farm.targets[1:]
    assert [item.id for item in find_installed(farm.targets[1])] == ["gear_tool"]


def test_a_blender_that_is_busy_spoils_no_other(farm: Farm, tmp_path: Path) -> None:
    add(farm, "gear_tool")
    session = tmp_path / "session"
    session.mkdir()
    lock = farm.targets[0].folder / "studio/.blender_ext/index.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text(str(session))
    result = farm.run(timeout=0)
    assert [problem.code for problem in result.problems] == ["target.blender-busy"]
    assert farm.installed() == [{}, {"gear_tool": "1.0.0"}]
    assert not list(farm.targets[0].folder.glob("studio/.extery"))


def test_a_change_that_cannot_be_completed_is_named_and_completed_by_the_next_command(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(farm, "gear_tool")
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise unusable(farm.targets[0].state_folder, OSError(28, "No space left on device"))

        patch.setattr(transaction_module, "store_records", fail)
        result = farm.run(targets=farm.targets[:1])
    [problem] = result.problems
    assert (problem.code, result.operations) == ("target.unfinished", [])
    assert "No space left on device" in problem.message
    with target_lock(farm.targets[0], "next command"):
        pass
    [operation] = load_all(farm.targets[0])
    assert operation.done
    assert farm.installed()[0] == {"gear_tool": "1.0.0"}
