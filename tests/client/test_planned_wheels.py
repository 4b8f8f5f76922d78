"""Conflicts of wheels are known before a package is downloaded."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from extery.client.index.candidates import Candidate
from extery.client.plan import Change
from extery.client.planned_wheels import PlannedWheels, find_planned_conflicts
from extery.client.records import find_installed
from extery.client.repositories import Repository, change_repositories
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import transaction
from extery.core.errors import Refused
from extery.fetch import Fetcher, RetryPolicy
from tests.client.samples import make_package, state_of
from tests.fakes import FakeNetwork, FakeRepository
from tests.fetch.web import Fault, cut_off, status
from tests.samples.packages import wheel as make_wheel

QUICK = RetryPolicy(attempts=1, first_delay=0.01, max_delay=1.0, read=10.0)
OLD, NEW = "numpy-1.26.4-cp311-cp311-linux_x86_64.whl", "numpy-2.1.0-cp311-cp311-linux_x86_64.whl"


class Planned:
    """Extensions with wheels that are to be installed from a fake repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.served = FakeRepository(folder / "studio")
        self.network = FakeNetwork(self.served, retry_policy=QUICK)
        self.repository = Repository("studio", self.served.url)
        self.target = Target(folder / "extensions", (4, 2, 99))
        change_repositories(self.target, lambda _: [self.repository])
        self.store = Store(folder / "cache")
        self.changes: list[Change] = []

    def add(self, identifier: str, *wheels: str, size: int = 0, **fields: Any) -> None:
        """Publish an extension with wheels, and plan its installation."""
        name = f"{identifier}.zip"
        path = self.package(identifier, *wheels, size=size)
        entry = self.served.add_bytes(name, path.read_bytes(), id=identifier)
        entry |= {"python_versions": ["3.11"], **fields}
        candidate = Candidate(self.repository, entry)
        before = next((i for i in find_installed(self.target) if i.id == identifier), None)
        self.changes.append(Change(self.target, self.repository, identifier, before, candidate))

    def package(self, identifier: str, *wheels: str, size: int = 0) -> Path:
        files = {f"wheels/{wheel}": "x" for wheel in wheels}
        path = make_package(self.folder / "made", identifier, files=files)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("large.bin", bytes(size))
        return path

    def install(self, identifier: str, *wheels: str) -> None:
        names = ", ".join(f'"./wheels/{wheel}"' for wheel in wheels)
        package = make_package(self.folder / "here", identifier)
        with zipfile.ZipFile(package) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members["blender_manifest.toml"] += f"wheels = [{names}]\n".encode()
        members |= {f"wheels/{wheel}": make_wheel() for wheel in wheels}
        with zipfile.ZipFile(package, "w") as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        with transaction(self.target, "install") as change:
            change.install(self.repository, identifier, state_of(package), package)
            change.commit()

    def find(self) -> PlannedWheels:
        self.served.requested()
        with self.network:
            return find_planned_conflicts(
                self.changes,
                [*find_installed(self.target)],
                store=self.store,
                make_fetcher=lambda repository, target: self.network(repository.url, target),
            )


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    return Planned(tmp_path)


def messages(found: PlannedWheels) -> list[str]:
    return [problem.message for problem in found.problems]


def test_a_conflict_with_an_installed_extension_costs_the_end_of_the_package(
    planned: Planned,
) -> None:
    planned.install("sketch_tool", OLD)
    planned.add("gear_tool", NEW, size=300_000)
    found = planned.find()
    [message] = messages(found)
    assert message.startswith(
        "studio.gear_tool brings numpy 2.1.0, and studio.sketch_tool brings 1.26.4;"
    )
    assert found.unknown == []
    assert planned.served.requested() == ["gear_tool.zip"]
    assert not planned.store.folder.exists()


def test_two_planned_extensions_are_compared(planned: Planned) -> None:
    planned.add("gear_tool", NEW)
    planned.add("sketch_tool", OLD)
    planned.add("other_tool", "scipy-1.0-py3-none-any.whl")
    [message] = messages(planned.find())
    assert message.startswith("studio.gear_tool brings numpy 2.1.0, and studio.sketch_tool")


def test_the_installed_version_of_a_planned_extension_is_not_compared(planned: Planned) -> None:
    planned.install("gear_tool", OLD)
    planned.add("gear_tool", NEW)
    assert planned.find() == PlannedWheels([], [])


def test_a_package_in_the_store_is_read_without_a_request(planned: Planned) -> None:
    planned.install("sketch_tool", OLD)
    planned.add("gear_tool", NEW)
    planned.store.add(planned.served.folder / "gear_tool.zip")
    found = planned.find()
    assert len(found.problems) == 1
    assert planned.served.requested() == []


def test_a_package_without_python_versions_is_not_requested(planned: Planned) -> None:
    planned.add("gear_tool", NEW, python_versions=[])
    assert planned.find() == PlannedWheels([], [])
    assert planned.served.requested() == []


@pytest.mark.parametrize("fault", [status(403), status(416), status(500), cut_off(100)])
def test_a_server_that_sends_no_parts_costs_the_comparison_only(
    planned: Planned, fault: Fault
) -> None:
    planned.install("sketch_tool", OLD)
    planned.add("gear_tool", NEW)
    planned.served.fake_web.fail("/r/gear_tool.zip", fault)
    assert planned.find() == PlannedWheels([], ["studio.gear_tool"])


def test_a_package_that_is_no_zip_is_unknown(planned: Planned) -> None:
    planned.add("gear_tool", NEW)
    size = (planned.served.folder / "gear_tool.zip").stat().st_size
    planned.served.web.put("/r/gear_tool.zip", b"x" * size)
    assert planned.find().unknown == ["studio.gear_tool"]


def test_without_network_the_wheels_are_unknown(planned: Planned) -> None:
    planned.add("gear_tool", NEW)

    def refuse(repository: Repository, _target: Target) -> Fetcher:
        raise Refused.of("repo.offline", variant="option", url=repository.url)

    found = find_planned_conflicts(planned.changes, [], store=planned.store, make_fetcher=refuse)
    assert found == PlannedWheels([], ["studio.gear_tool"])
