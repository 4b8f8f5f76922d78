"""``extery manage verify_files``: every stored file is compared with its size and hash."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.utils import timezone

from extery.core.errors import Unavailable
from extery_site.files import verification
from extery_site.files.backends.base import FileStorage, ListedFile
from extery_site.files.layout import FileKind
from extery_site.files.management.commands.verify_files import Command
from extery_site.files.models import StoredFile
from tests.site.files.test_both_backends import overwrite
from tests.site.files.test_storage import refer_to, store
from tests.site.stored import path_of

pytestmark = pytest.mark.django_db(transaction=True)


class Run(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def codes(self) -> list[str]:
        lines = [line for line in self.out.splitlines() if not line.startswith("  hint")]
        return sorted(line.rpartition("[")[2].rstrip("]") for line in lines)


def verify(*options: str) -> Run:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_files", *options, stdout=out, stderr=err)
    except SystemExit as ended:
        return Run(int(ended.code or 0), out.getvalue(), err.getvalue())
    return Run(0, out.getvalue(), err.getvalue())


def stored(data: bytes = b"gears", kind: FileKind = FileKind.PACKAGE) -> StoredFile:
    """Store a file that a row refers to."""
    file = store(data, kind)
    refer_to(file)
    return file


@pytest.fixture
def _days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two days pass, after which no file belongs to an upload in progress."""
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(verification.timezone, "now", lambda: later)


@pytest.mark.usefixtures("storage", "_days_later")
def test_intact_files_have_no_problems() -> None:
    for data in (b"gears", b"wheels"):
        stored(data)

    run = verify()

    assert run == Run(0, "", "Verified 2 files, 11 bytes. Errors: 0, warnings: 0.\n")


def test_missing_and_damaged_files_are_errors(storage: FileStorage) -> None:
    missing, changed, cut, _intact = (stored(data) for data in (b"one", b"two", b"three", b"four"))
    storage.delete(missing.name)
    overwrite(storage, changed.name, b"TWO")
    overwrite(storage, cut.name, b"thr")

    run = verify()

    assert run.status == 1
    assert run.codes == ["storage.file-damaged", "storage.file-damaged", "storage.file-missing"]
    assert f"{missing.name}: error: the file is missing in the storage" in run.out
    assert f"{cut.name}: error: the file is damaged: it has 3 bytes, not 5" in run.out
    assert run.out.count("  hint: restore the file from a backup") == 1
    assert run.err == "Verified 4 files, 15 bytes. Errors: 3, warnings: 0.\n"


@pytest.mark.usefixtures("_days_later")
def test_orphaned_files_are_warnings(storage: FileStorage) -> None:
    unreferenced, deleted = store(b"one"), store(b"two")
    without_row = deleted.name
    deleted.delete()
    overwrite(storage, "packages/notes.txt", b"x")

    run = verify()

    assert run.status == 0
    assert run.codes == ["storage.file-orphaned"] * 3
    assert f"{unreferenced.name}: warning: no package and no image uses the file" in run.out
    assert f"{without_row}: warning: the file has no row in the database" in run.out
    assert "packages/notes.txt: warning: the file was not stored by the site" in run.out


@pytest.mark.usefixtures("storage")
def test_files_of_uploads_in_progress_are_not_reported() -> None:
    store(b"one").delete()
    store(b"two")

    assert verify().out == ""


@pytest.mark.usefixtures("_days_later")
def test_the_json_document_has_all_problems(storage: FileStorage) -> None:
    for data in (b"one", b"two"):
        storage.delete(stored(data).name)
    overwrite(storage, "packages/notes.txt", b"x")

    run = verify("--json")

    document = json.loads(run.out)
    assert (document["version"], document["command"], document["ok"]) == (1, "verify_files", False)
    assert document["counts"] == {"errors": 2, "warnings": 1, "silenced": 0}
    assert [item["code"] for item in document["problems"]] == [
        *["storage.file-missing"] * 2,
        "storage.file-orphaned",
    ]
    assert (document["files"], document["bytes"], document["complete"]) == (2, 6, True)
    assert run.status == 1


def test_a_site_without_files_has_an_empty_json_document() -> None:
    document = json.loads(verify("--json").out)

    assert (document["ok"], document["problems"], document["files"]) == (True, [], 0)


def test_files_are_verified_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_BATCH", 2)
    for number in range(5):
        path_of(stored(b"%d" % number)).unlink()

    assert len(verify().codes) == 5


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    path = path_of(stored())
    path.unlink()
    path.mkdir()

    assert verify().codes == ["storage.file-unreadable"]


def test_a_file_that_is_removed_meanwhile_is_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    file = store()
    find_fault = verification.find_fault

    def remove_then_find(row: StoredFile) -> Any:
        path_of(row).unlink()
        StoredFile.objects.filter(pk=row.pk).delete()
        return find_fault(row)

    monkeypatch.setattr(verification, "find_fault", remove_then_find)

    assert verify().out == ""
    assert not StoredFile.objects.filter(pk=file.pk).exists()


def test_a_storage_that_fails_stops_the_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_row: StoredFile) -> None:
        raise Unavailable.of("storage.unavailable", variant="no-answer", error="Timeout")

    for number in range(7):
        stored(b"%d" % number)
    monkeypatch.setattr(verification, "find_fault", fail)

    run = verify()
    document = json.loads(verify("--json").out)

    assert run.codes == ["storage.unavailable"] * 5
    assert run.err.startswith("Verified 4 of 7 files, then stopped because the storage failed.")
    assert (document["complete"], document["ok"]) == (False, False)


def test_a_folder_that_cannot_be_listed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def list_files(self, _folder: str) -> list[ListedFile]:
            raise Unavailable.of("storage.unavailable", variant="no-answer", error="Timeout")

    monkeypatch.setattr(verification, "get_storage", Broken)

    run = verify()

    assert (run.status, run.codes) == (1, ["storage.unavailable"])


def test_progress_is_shown_in_terminals_only() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    stored()
    terminal = Terminal()
    call_command(Command(), stdout=StringIO(), stderr=terminal)

    assert "1 of 1 files, 5 bytes of 5 bytes" in terminal.getvalue()
    assert terminal.getvalue().endswith(
        "\r\x1b[KVerified 1 files, 5 bytes. Errors: 0, warnings: 0.\n"
    )
