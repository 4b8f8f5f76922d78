"""Known-bad files: what is refused, what goes into quarantine, and how moderators keep the list."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Version
from extery_site.moderation.decisions import approve_version
from extery_site.publish import actions as publish
from extery_site.scanning import known_bad_list
from extery_site.scanning.known_bad import find_stored
from extery_site.scanning.known_bad_list import (
    add_known_bad,
    read_hashes,
    remove_known_bad,
    store_known_bad,
)
from extery_site.scanning.models import FileCheck, KnownBadFile
from extery_site.scanning.releases import release_package
from extery_site.scanning.tasks import check_now, quarantine_known_bad
from extery_site.source_search import indexing
from tests.author.wheels.fake_index import built_wheel
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import open_page
from tests.site.scanning.fake_steps import INFECTED, FakeStep

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE, API = "/known-bad-files/", "/api/v1/known-bad-files/"
BAD = b"import os\nos.system('steal')\n"
FILES: dict[str, str | bytes] = {"__init__.py": "def register(): ...\n", "tools/steal.py": BAD}
ONE, TWO = "ab" * 32, "cd" * 32


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def upload(data: bytes, user: User) -> Any:
    return publish.receive_upload(file=io.BytesIO(data), user=user)


def codes_of(error: ExteryError) -> list[str]:
    return [problem.code for problem in error.problems]


def test_lines_of_sha256sum_are_read_and_others_are_named() -> None:
    text = f"{ONE.upper()}  a.zip\n# a comment\n\nsha256:{TWO}\n{ONE}\n{TWO},stealer,2026\n"
    assert read_hashes(text) == [ONE, TWO]
    for bad, number in ((f"{ONE}\n{ONE[:-1]}", 2), (f"{ONE}00", 1), (f"{ONE}\nevil.zip", 2)):
        with pytest.raises(InvalidInput) as error:
            read_hashes(bad)
        assert error.value.problems[0].where.line == number
    with pytest.raises(InvalidInput, match="empty file"):
        read_hashes(sha256_of(b""))
    with pytest.raises(InvalidInput, match="no SHA-256"):
        read_hashes("# nothing")


def test_a_package_with_known_bytes_is_refused_until_the_hash_is_removed(
    owner: User, moderator: User
) -> None:
    data = package()
    assert add_known_bad(hashes=sha256_of(data), reason="A stealer", by=moderator)
    with pytest.raises(Refused) as error:
        upload(data, owner)
    assert codes_of(error.value) == ["upload.known-bad"]
    assert "build a new package" in error.value.problems[0].hint
    assert not Version.objects.exists()
    remove_known_bad(sha256=sha256_of(data), by=moderator)
    assert upload(data, owner).version.status == "draft"
    with pytest.raises(NotFound):
        remove_known_bad(sha256=sha256_of(data), by=moderator)


def test_a_package_with_a_known_bad_file_is_refused_with_its_place(
    owner: User, moderator: User
) -> None:
    add_known_bad(hashes=sha256_of(BAD), reason="A stealer", by=moderator)
    with pytest.raises(Refused) as error:
        upload(package(files=FILES), owner)
    [problem] = error.value.problems
    assert (problem.code, problem.where.file) == ("upload.known-bad", "tools/steal.py")
    assert problem.message.startswith("tools/steal.py is on the list")
    assert upload(package(), owner).version.status == "draft"


def test_the_last_of_many_files_is_compared_too(owner: User, moderator: User) -> None:
    add_known_bad(hashes=sha256_of(BAD), reason="A stealer", by=moderator)
    many = {f"data/{number}.txt": f"{number}" for number in range(700)}
    with pytest.raises(Refused):
        upload(package(files={**many, "zz.py": BAD}), owner)


def test_without_a_list_no_file_of_an_upload_is_read_for_it(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extery_site.scanning import known_bad_uploads

    monkeypatch.setattr(known_bad_uploads, "read_isolated", lambda *_, **__: pytest.fail("read"))
    assert upload(package(), owner).version.status == "draft"


def test_a_package_released_from_a_scanner_can_be_listed_later(
    owner: User, moderator: User, run_tasks: Callable[[], int], scanner: FakeStep
) -> None:
    version = factories.make_waiting(owner)
    scanner.outcome = INFECTED
    check_now(version.package_hashes)
    one = version.packages.select_related("file", "version__extension").get()
    release_package(package=one, by=moderator, reason="A false alarm")
    one.file.refresh_from_db()
    assert one.file.quarantined_at is None

    add_known_bad(hashes=one.sha256, reason="A stealer after all", by=moderator)
    run_tasks()

    one.file.refresh_from_db()
    assert one.file.quarantined_at is not None


def test_a_public_package_is_quarantined_by_its_hash_and_released_for_good(
    owner: User, moderator: User, run_tasks: Callable[[], int], scanner: FakeStep
) -> None:
    version = factories.make_waiting(owner)
    check_now(version.package_hashes)
    approve_version(version=version, packages=version.package_hashes, by=moderator)
    sha256 = version.package_hashes[0]
    add_known_bad(hashes=sha256, reason="A stealer", by=moderator)
    run_tasks()
    version.refresh_from_db()
    assert version.status == "blocked"
    one = version.packages.select_related("file").get()
    assert one.file.quarantined_at is not None
    event = version.events.get(kind="quarantined")
    assert event.text.endswith("is on the list of known-bad files of the site.")
    # The list may lose the hash: that releases nothing.
    remove_known_bad(sha256=sha256, by=moderator)
    one.file.refresh_from_db()
    assert one.file.quarantined_at is not None
    add_known_bad(hashes=sha256, reason="Again", by=moderator)
    run_tasks()
    release_package(package=one, by=moderator, reason="It is the original")
    check_now([sha256])
    assert quarantine_known_bad.call([sha256]) == 0
    one.file.refresh_from_db()
    assert one.file.quarantined_at is None


def test_packages_with_a_text_are_found_in_the_index_of_the_source_search(
    owner: User,
    stranger: User,
    moderator: User,
    run_tasks: Callable[[], int],
    scanner: FakeStep,
) -> None:
    version = factories.make_waiting(owner, files=FILES)
    other = factories.make_waiting(stranger, id="other_tool")
    for one in (version, other):
        indexing.index_version(one)
    [found] = find_stored([sha256_of(BAD)])
    assert (found.package, found.path) == (version.package_hashes[0], "tools/steal.py")
    add_known_bad(hashes=sha256_of(BAD), reason="A stealer", by=moderator)
    run_tasks()
    assert [one.file.quarantined_at is None for one in version.packages.all()] == [False]
    assert [one.file.quarantined_at is None for one in other.packages.all()] == [True]
    assert "tools/steal.py" in version.events.get(kind="quarantined").text
    assert FileCheck.objects.get(pk=version.package_hashes[0]).state == "rejected"


def test_packages_with_a_wheel_are_found_by_what_is_remembered_of_it(
    owner: User, moderator: User, run_tasks: Callable[[], int]
) -> None:
    name, data = "gears-1.0-py3-none-any.whl", built_wheel("gears", "1.0", "py3-none-any", [])
    packed = package(files={f"wheels/{name}": data}, wheels=[f"./wheels/{name}"])
    version = upload(packed, owner).version
    run_tasks()
    [found] = find_stored([sha256_of(data)])
    assert (found.package, found.path) == (version.package_hashes[0], name)
    add_known_bad(hashes=sha256_of(data), reason="A stealer", by=moderator)
    run_tasks()
    assert version.packages.get().file.quarantined_at is not None


def test_a_file_of_many_extensions_must_be_confirmed(
    owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "GNU GENERAL PUBLIC LICENSE\n" * 20
    monkeypatch.setattr(known_bad_list, "MAX_EXTENSIONS", 2)
    for number in range(3):
        version = factories.make_draft(owner, id=f"tool_{number}", files={"LICENSE": text})
        indexing.index_version(version)
    digest = sha256_of(text.encode())
    with pytest.raises(Conflict) as error:
        add_known_bad(hashes=digest, reason="Pasted by mistake", by=moderator)
    assert codes_of(error.value) == ["scan.common-file"]
    assert not KnownBadFile.objects.exists()
    assert add_known_bad(hashes=digest, reason="Sure", by=moderator, confirm=True) == [digest]


def test_a_package_that_was_replaced_in_a_draft_is_quarantined_too(
    owner: User, moderator: User, run_tasks: Callable[[], int], scanner: FakeStep
) -> None:
    first = factories.make_draft(owner).package_hashes[0]
    draft = factories.make_draft(owner, tagline="Makes better gears")
    add_known_bad(hashes=first, reason="A stealer", by=moderator)
    run_tasks()
    assert draft.packages.get().file.quarantined_at is None
    assert draft.replaced_packages.get().file.quarantined_at is not None


def test_an_upload_by_the_api_says_what_to_do(
    owner: User, moderator: User, program: Callable[[User], Client]
) -> None:
    add_known_bad(hashes=sha256_of(BAD), reason="A stealer", by=moderator)
    data = io.BytesIO(package(files=FILES))
    data.name = "gears.zip"
    answer = program(owner).post("/api/v1/packages/", {"file": data})
    assert answer.status_code == 403, answer.content
    [problem] = answer.json()["problems"]
    assert (problem["code"], problem["file"]) == ("upload.known-bad", "tools/steal.py")


def test_an_upload_during_the_addition_is_found_by_its_check(
    owner: User, scanner: FakeStep
) -> None:
    version = factories.make_waiting(owner)
    sha256 = version.package_hashes[0]
    KnownBadFile.objects.create(sha256=sha256, reason="Added while it was uploaded")
    check_now([sha256])
    assert version.packages.get().file.quarantined_at is not None


def test_a_discarded_package_is_let_in_again_unless_a_scanner_found_malware(
    owner: User, moderator: User
) -> None:
    for sha256, outcome in ((ONE, "passed"), (TWO, "infected")):
        check = FileCheck.objects.create(pk=sha256, state="rejected")
        check.steps.create(name="malware", outcome=outcome, started_at=check.created_at, seconds=0)
        store_known_bad(hashes=sha256, reason="A stealer", by=None)
        remove_known_bad(sha256=sha256, by=moderator)
    assert [one.pk for one in FileCheck.objects.all()] == [TWO]


def test_moderators_keep_the_list_on_its_page_and_others_do_not_see_it(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    browser, author = signed_in(moderator), signed_in(owner)
    form = {"hashes": f"{ONE}  bad.zip\n{TWO}", "reason": "A stealer"}
    assert author.get(PAGE).status_code == author.post(PAGE, form).status_code == 403
    assert browser.post(PAGE, {**form, "hashes": "x"}).status_code == 422
    assert browser.post(PAGE, {**form, "reason": ""}).status_code == 422
    assert browser.post(PAGE, form).status_code == 302
    words = open_page(browser, PAGE).all("main")[0].words
    assert "2 files are refused from now on" in words
    assert "2 known-bad files" in words
    assert TWO in words
    assert ONE not in open_page(browser, f"{PAGE}?q=cdcd").all("main")[0].words
    assert author.post(f"{PAGE}{ONE}/remove/").status_code == 302
    assert KnownBadFile.objects.count() == 2
    assert browser.post(f"{PAGE}{ONE}/remove/").status_code == 302
    assert [row.pk for row in KnownBadFile.objects.all()] == [TWO]
    added, removed = AuditEntry.objects.filter(action__startswith="known_bad.").order_by("pk")
    assert (added.text, added.details["hashes"]) == ("A stealer", [ONE, TWO])
    assert (removed.subject, removed.actor_name) == (ONE, "mod")


def test_the_list_is_kept_by_the_api(
    owner: User, moderator: User, program: Callable[[User], Client]
) -> None:
    staff = program(moderator)
    body = {"hashes": [ONE, TWO], "reason": "A stealer"}
    assert program(owner).get(API).status_code == 403
    assert staff.post(API, body, content_type="application/json").json() == {"added": [ONE, TWO]}
    assert staff.post(API, body, content_type="application/json").json() == {"added": []}
    [row] = staff.get(API, {"sha256": "AB"}).json()
    assert (row["sha256"], row["by"]) == (ONE, "mod")
    assert staff.delete(f"{API}{ONE}").status_code == 204
    assert staff.delete(f"{API}{ONE}").status_code == 404


def test_a_file_of_hashes_is_imported_and_exported(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.scanning.management.commands.known_bad.MAX_ADDED", 2)
    lines = [f"{number:064x}  file {number}" for number in range(1, 6)]
    path = tmp_path / "bad.txt"
    path.write_text("\n".join(lines))
    with pytest.raises(CommandError, match="reason is missing"):
        call_command("known_bad", str(path))
    call_command("known_bad", str(path), reason="From a partner")
    assert "Added 5 known-bad files; 5 are on the list." in capsys.readouterr().out
    call_command("known_bad")
    exported = capsys.readouterr().out
    assert read_hashes(exported) == [line[:64] for line in lines]
    path.write_text("\n".join([*lines, "nonsense"]))
    with pytest.raises(CommandError, match="line 6 begins with no SHA-256"):
        call_command("known_bad", str(path), reason="From a partner")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("known_bad", str(tmp_path / "none"), reason="x")


def test_hashes_of_files_are_those_of_their_contents(tmp_path: Path) -> None:
    from extery_site.scanning.isolated import file_hashes

    data = package(files=FILES)
    found = {path: digest for digest, path in file_hashes(io.BytesIO(data), name="x.zip")["files"]}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert found == {name: sha256_of(archive.read(name)) for name in archive.namelist()}
