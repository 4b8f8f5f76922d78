"""The wheels of uploaded packages are compared with a package index, and each wheel is remembered."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Conflict
from extery.isolation.client import Isolation
from extery.isolation.limits import ProcessEnded, Reply
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation.decisions import approve_version
from extery_site.moderation.review_context import tab_url
from extery_site.publish import actions as publish
from extery_site.scanning.models import FileCheck, KnownWheel, StepResult
from extery_site.scanning.tasks import check_now
from tests.author.wheels.fake_index import FakeIndex, built_wheel, serving_index
from tests.site import factories
from tests.site.packages import package

pytestmark = pytest.mark.django_db

State = FileCheck.State
RunTasks = Callable[[], int]
FILENAME = "gears-1.0-py3-none-any.whl"


@pytest.fixture
def index(settings: Any) -> Iterator[FakeIndex]:
    """An index with the wheel ``gears``, which the site asks."""
    with serving_index() as fake:
        fake.add("gears", "1.0", source=False)
        settings.EXTERY_WHEEL_INDEX = fake.url
        yield fake


def with_wheel(data: bytes, filename: str = FILENAME, **fields: Any) -> bytes:
    return package(files={f"wheels/{filename}": data}, wheels=[f"./wheels/{filename}"], **fields)


def wheel(note: str = "") -> bytes:
    return built_wheel("gears", "1.0", "py3-none-any", [note] if note else [])


def upload(data: bytes, owner: User) -> Version:
    return publish.receive_upload(file=io.BytesIO(data), user=owner).version


def result_of(version: Version) -> StepResult:
    return StepResult.objects.get(file_check=version.package_hashes[0], name="wheels")


def requests(index: FakeIndex) -> int:
    return sum("/simple/" in request.path for request in index.web.seen)


def test_the_wheel_of_the_index_passes_and_is_asked_for_only_once(
    owner: User, index: FakeIndex, run_tasks: RunTasks
) -> None:
    first = upload(with_wheel(wheel()), owner)
    run_tasks()
    assert result_of(first).outcome == "passed"
    assert FileCheck.objects.get().state == State.PASSED
    [known] = KnownWheel.objects.all()
    assert known.record["verdict"]["kind"] == "identical"
    asked = requests(index)
    assert asked > 0

    second = upload(with_wheel(wheel(), id="other_tool", name="Other Tool"), owner)
    run_tasks()

    assert result_of(second).outcome == "passed"
    assert requests(index) == asked


def test_a_wheel_with_the_name_of_the_index_and_other_bytes_is_a_finding_to_fix(
    owner: User, index: FakeIndex, run_tasks: RunTasks
) -> None:
    version = upload(with_wheel(wheel("forged>=1")), owner)
    run_tasks()

    assert FileCheck.objects.get().state == State.NEEDS_AUTHOR
    [found] = [one for one in version.packages.get().problems if one["severity"] == "error"]
    assert "gears-1.0-py3-none-any.whl" in found["message"]


def test_a_wheel_that_the_index_does_not_have_is_pointed_out(
    owner: User, index: FakeIndex, run_tasks: RunTasks
) -> None:
    other = built_wheel("private", "2.0", "py3-none-any", [])
    version = upload(with_wheel(other, "private-2.0-py3-none-any.whl"), owner)
    run_tasks()

    result = result_of(version)
    assert result.outcome == "findings"
    assert FileCheck.objects.get().state == State.PASSED
    assert KnownWheel.objects.get().record["verdict"]["kind"] == "not_on_index"


def test_an_index_that_does_not_answer_is_no_verdict_and_keeps_the_version_waiting(
    owner: User, moderator: User, index: FakeIndex, settings: Any, run_tasks: RunTasks
) -> None:
    working = settings.EXTERY_WHEEL_INDEX
    settings.EXTERY_WHEEL_INDEX = "http://127.0.0.1:9/simple/"
    version = upload(with_wheel(wheel()), owner)
    version = publish.submit(version=factories.complete(version), by=owner)
    check_now(version.package_hashes)

    assert result_of(version).outcome == "unavailable"
    assert FileCheck.objects.get().state == State.UNAVAILABLE
    with pytest.raises(Conflict) as error:
        approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert error.value.problems[0].code == "scan.unavailable"

    settings.EXTERY_WHEEL_INDEX = working
    check_now(version.package_hashes)
    approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert Version.objects.get().is_public


def test_a_package_without_wheels_needs_no_index(
    owner: User, index: FakeIndex, settings: Any, run_tasks: RunTasks
) -> None:
    settings.EXTERY_WHEEL_INDEX = "http://127.0.0.1:9/simple/"
    version = upload(package(), owner)
    run_tasks()

    assert result_of(version).outcome == "skipped"
    assert FileCheck.objects.get().state == State.PASSED


def test_known_vulnerabilities_of_a_dump_are_findings_and_a_new_dump_is_read(
    owner: User, settings: Any, tmp_path: Path, run_tasks: RunTasks
) -> None:
    from extery_site.scanning.tasks import check_outdated_files

    dump = tmp_path / "osv.json"
    advisory = {
        "id": "PYSEC-2026-1",
        "modified": "2026-11-01T00:00:00Z",
        "summary": "Gears can be turned by anyone",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "gears"},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}
                ],
            }
        ],
    }
    dump.write_text(json.dumps(advisory).replace("gears", "other"))
    settings.EXTERY_OSV = dump
    version = upload(with_wheel(wheel()), owner)
    run_tasks()
    assert result_of(version).outcome == "passed", result_of(version).note

    dump.write_text(json.dumps(advisory))
    assert check_outdated_files.call() == 1
    run_tasks()

    result = result_of(version)
    assert result.outcome == "findings"
    assert "PYSEC-2026-1" in json.dumps(result.problems)


def test_without_an_index_the_contents_are_listed_and_nothing_is_required(
    owner: User, moderator: User, run_tasks: RunTasks, program: Callable[[User], Any]
) -> None:
    version = upload(with_wheel(wheel()), owner)
    version = publish.submit(version=factories.complete(version), by=owner)
    path = f"/api/v1/extensions/gear_tool/versions/1.0.0/packages/{version.package_hashes[0]}/sbom"
    assert program(owner).get(path).status_code == 409
    approve_version(version=version, packages=version.package_hashes, by=moderator)
    run_tasks()

    answer = Client().get(path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/vnd.cyclonedx+json")
    [component] = answer.json()["components"]
    assert (component["name"], component["version"]) == ("gears", "1.0")
    assert Client().get(path).content == answer.content


def test_the_findings_tab_lists_the_wheels_with_their_verdicts(
    owner: User, moderator: User, index: FakeIndex, run_tasks: RunTasks, signed_in: Any
) -> None:
    version = upload(with_wheel(wheel("forged>=1")), owner)
    version = publish.submit(version=factories.complete(version), by=owner)
    run_tasks()

    assert result_of(version).outcome == "findings", result_of(version).note
    page = signed_in(moderator).get(tab_url(version, "findings")).content.decode()

    found = page[page.find("checks-package") :][:3000]
    assert "other bytes" in found, found
    assert FILENAME in page


def test_a_bill_of_materials_of_a_version_in_review_is_not_public(
    owner: User, stranger: User, run_tasks: RunTasks, program: Callable[[User], Any]
) -> None:
    version = factories.make_waiting(owner)
    run_tasks()
    path = f"/api/v1/extensions/gear_tool/versions/1.0.0/packages/{version.package_hashes[0]}/sbom"

    assert Client().get(path).status_code == 403
    assert program(stranger).get(path).status_code == 403
    assert program(owner).get(path).json()["components"] == []


def test_only_wheels_that_are_not_remembered_are_opened(
    owner: User, index: FakeIndex, run_tasks: RunTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, Any]] = []
    real = Isolation.call

    def call(
        self: Isolation, name: str, file: Any, arguments: Any, *more: Any, **files: Any
    ) -> Any:
        calls.append((name, arguments.get("numbers")))
        return real(self, name, file, arguments, *more, **files)

    monkeypatch.setattr(Isolation, "call", call)
    upload(with_wheel(wheel()), owner)
    run_tasks()
    assert [one for one in calls if "wheels" in one[0]] == [
        ("hash-wheels", None),
        ("read-wheels", [0]),
    ]
    calls.clear()
    other = built_wheel("other", "1.0", "py3-none-any")
    data = {FILENAME: wheel(), "other-1.0-py3-none-any.whl": other}
    several = package(
        files={f"wheels/{name}": content for name, content in data.items()},
        wheels=[f"./wheels/{name}" for name in data],
        id="other_tool",
        name="Other Tool",
    )
    upload(several, owner)
    run_tasks()
    assert ("read-wheels", [1]) in calls
    assert KnownWheel.objects.count() == 2


@pytest.mark.parametrize("name", ["hash-wheels", "read-wheels"])
def test_a_wheel_that_is_too_much_for_its_process_is_a_finding(
    owner: User,
    index: FakeIndex,
    run_tasks: RunTasks,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    real = Isolation.call

    def call(self: Isolation, called: str, *arguments: Any, **files: Any) -> Any:
        if called == name:
            raise ProcessEnded("memory")
        return real(self, called, *arguments, **files)

    monkeypatch.setattr(Isolation, "call", call)
    version = upload(with_wheel(wheel()), owner)
    run_tasks()
    assert result_of(version).outcome == "findings"
    assert FileCheck.objects.get().state == State.NEEDS_AUTHOR
    [found] = [one for one in version.packages.get().problems if one["severity"] == "error"]
    assert found["code"] == "scan.check-ended"
    assert not KnownWheel.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hash-wheels", [["a.whl", 1, "no hash"]]),
        ("hash-wheels", {"a": 1}),
        ("read-wheels", []),
        ("read-wheels", [{"name": ["no text"]}]),
        ("read-wheels", [{"files": "many"}]),
        ("read-wheels", [{"modules": [1]}]),
        ("read-wheels", [{"compatibility": "very"}]),
    ],
)
def test_what_a_process_says_that_was_taken_over_is_a_finding(
    owner: User,
    index: FakeIndex,
    run_tasks: RunTasks,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: Any,
) -> None:
    real = Isolation.call

    def call(self: Isolation, called: str, *arguments: Any, **files: Any) -> Any:
        return Reply(value) if called == name else real(self, called, *arguments, **files)

    monkeypatch.setattr(Isolation, "call", call)
    version = upload(with_wheel(wheel()), owner)
    run_tasks()
    assert [one["code"] for one in result_of(version).problems] == ["scan.check-ended"]
