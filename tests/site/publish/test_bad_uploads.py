"""Invalid uploads: each has its own problem code and stores nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, ReplacedPackage, Tag, Version
from extery_site.publish.models import ReservedId
from tests.site import factories
from tests.site.packages import bomb, encrypted, manifest, package, zip_of

URL = "/api/v1/packages/"
Browser = Callable[[User], Client]
GOOD_INIT = {"__init__.py": "def register(): pass\ndef unregister(): pass\n"}

BAD = {
    "not-a-zip": (lambda: b"bl_info = {}\n", 422, "package.not-zip"),
    "empty": (lambda: b"", 422, "package.empty"),
    "truncated": (lambda: package()[:300], 422, "package.truncated"),
    "no-manifest": (lambda: zip_of(GOOD_INIT), 422, "package.manifest-missing"),
    "two-manifests": (
        lambda: zip_of({f"{name}/blender_manifest.toml": manifest() for name in "ab"}),
        422,
        "package.manifest-ambiguous",
    ),
    "not-toml": (
        lambda: zip_of({**GOOD_INIT, "blender_manifest.toml": 'id = "x\nname ='}),
        422,
        "manifest.toml.syntax",
    ),
    "byte-order-mark": (
        lambda: zip_of({**GOOD_INIT, "blender_manifest.toml": "\ufeff" + manifest()}),
        422,
        "manifest.toml.bom",
    ),
    "leads-out-of-the-folder": (
        lambda: package(files={"../evil.py": "print()"}),
        422,
        "path.unsafe",
    ),
    "bomb": (bomb, 422, "package.bomb"),
    "password": (lambda: encrypted(package()), 422, "package.encrypted"),
}


def upload(client: Client, data: bytes, name: str = "upload.zip", **fields: str) -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, data), **fields})


def stored_rows() -> dict[str, int]:
    return {
        model.__name__: model.objects.count() for model in (Extension, Version, Package, Tag, Event)
    }


@pytest.fixture
def nothing_changes(db: None, owner: User, media: Callable[[], list[str]]) -> Iterator[None]:
    """Check that the test changes neither rows nor files."""
    factories.make_draft(owner, id="present_before", name="Present")
    before = stored_rows(), media()
    yield
    assert (stored_rows(), media()) == before


@pytest.mark.parametrize("name", sorted(BAD))
@pytest.mark.usefixtures("nothing_changes")
def test_an_invalid_package_names_its_problem_and_stores_nothing(
    name: str, owner: User, program: Browser
) -> None:
    make, status, code = BAD[name]
    response = upload(program(owner), make())
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert code in [problem["code"] for problem in body["problems"]]
    assert body["type"] == f"/problems/{body['problems'][0]['code']}/"
    assert body["status"] == status
    assert body["instance"] == URL
    assert body["title"]
    assert body["detail"]
    for problem in body["problems"]:
        assert {"code", "message", "hint", "file", "field", "line", "column"} <= set(problem)


@pytest.mark.usefixtures("nothing_changes")
def test_all_problems_of_a_manifest_are_reported_with_their_location(
    owner: User, program: Browser
) -> None:
    data = package(id="My Tool", version="one", tagline="Ends with a stop.", license=None)
    response = upload(program(owner), data)
    assert response.status_code == 422
    problems = {problem["field"]: problem for problem in response.json()["problems"]}
    assert {"id", "version", "tagline", "license"} <= set(problems)
    assert problems["id"]["line"] == 2
    assert problems["id"]["column"]
    assert problems["id"]["file"] == "blender_manifest.toml"


@pytest.mark.usefixtures("nothing_changes")
def test_an_upload_without_a_file_names_the_field(owner: User, program: Browser) -> None:
    response = program(owner).post(URL, {"release_notes": "News"})
    assert response.status_code == 422
    assert response.json()["problems"][0]["code"] == "upload.no-file"
    assert response.json()["problems"][0]["field"] == "file"


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YWRhOnNlY3JldA=="}])
def test_an_upload_needs_authentication(headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True, headers=headers)
    response = upload(client, package())
    assert response.status_code == 401
    assert response.json()["problems"][0]["code"] == "account.sign-in-required"
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.usefixtures("nothing_changes")
def test_a_session_without_the_csrf_token_does_not_upload(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = upload(client, package())
    assert response.status_code == 403
    assert response.json()["problems"][0]["code"] == "request.csrf-failed"


def test_a_version_in_review_again_is_a_conflict(
    owner: User, program: Browser, media: Callable[[], list[str]]
) -> None:
    factories.make_waiting(owner)
    before = stored_rows(), media()
    response = upload(program(owner), package(files={"new.py": "x = 1\n"}))
    assert response.status_code == 409
    [problem] = response.json()["problems"]
    assert problem["code"] == "upload.version-exists"
    assert "gear_tool 1.0.0" in problem["message"]
    assert "increase the version" in problem["hint"]
    assert (stored_rows(), media()) == before


def test_an_approved_version_cannot_get_another_package(
    owner: User, moderator: User, program: Browser
) -> None:
    factories.make_approved(owner, moderator, platforms=["linux-x64"])
    response = upload(program(owner), package(platforms=["windows-x64"]))
    assert response.status_code == 409
    assert response.json()["problems"][0]["code"] == "upload.version-exists"


def test_the_same_file_under_another_draft_is_a_conflict(
    owner: User, program: Browser, media: Callable[[], list[str]]
) -> None:
    version = factories.make_draft(owner)
    Version.objects.filter(pk=version.pk).update(number="0.9.0")
    before = stored_rows(), media()
    response = upload(program(owner), package())
    assert response.status_code == 409
    assert response.json()["problems"][0]["code"] == "upload.file-exists"
    assert (stored_rows(), media()) == before


@pytest.mark.parametrize("taken", ["gear_tool", "Gear_Tool"])
def test_the_id_of_another_user_is_refused_in_any_case(
    owner: User, stranger: User, program: Browser, media: Callable[[], list[str]], taken: str
) -> None:
    factories.make_draft(owner)
    before = stored_rows(), media()
    response = upload(program(stranger), package(id=taken, version="2.0.0"))
    assert response.status_code == 403
    assert response.json()["problems"][0]["code"] == "upload.id-taken"
    assert (stored_rows(), media()) == before


@pytest.mark.parametrize("reserved", ["test_extension", "gone_tool"])
@pytest.mark.usefixtures("nothing_changes")
def test_reserved_ids_are_refused(owner: User, program: Browser, reserved: str) -> None:
    ReservedId.objects.create(id_key="gone_tool", reason="deleted")
    response = upload(program(owner), package(id=reserved))
    assert response.status_code == 403
    assert response.json()["problems"][0]["code"] == "upload.id-reserved"


def test_the_type_of_an_extension_cannot_change(owner: User, program: Browser) -> None:
    factories.make_draft(owner)
    response = upload(program(owner), package(version="2.0.0", type="theme"))
    assert response.status_code == 409
    assert response.json()["problems"][0]["code"] == "upload.type-changed"


def test_a_blocked_extension_gets_no_new_version(
    owner: User, moderator: User, program: Browser
) -> None:
    factories.make_blocked(owner, moderator)
    response = upload(program(owner), package(version="2.0.0"))
    assert response.status_code == 403
    assert response.json()["problems"][0]["code"] == "upload.extension-blocked"


def test_packages_of_one_version_must_agree(
    owner: User, program: Browser, media: Callable[[], list[str]]
) -> None:
    factories.make_draft(owner, platforms=["linux-x64"])
    before = stored_rows(), media()
    response = upload(program(owner), package(platforms=["windows-x64"], name="Another Name"))
    assert response.status_code == 409
    assert response.json()["problems"][0]["code"] == "upload.package-differs"
    assert (stored_rows(), media()) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a" * 101),
        ("name", "n" * 201),
        ("version", "1.0.0-" + "a" * 100),
        ("maintainer", "m" * 501),
        ("website", "https://example.org/" + "a" * 500),
        ("copyright", ["2024 " + "c" * 500, "2025 Ada"]),
        ("copyright", ["2024 Ada"] * 101),
        ("platforms", ["l" * 101]),
    ],
)
@pytest.mark.usefixtures("nothing_changes")
def test_texts_over_the_limit_are_refused(
    owner: User, program: Browser, field: str, value: str
) -> None:
    response = upload(program(owner), package(**{field: value}))
    assert response.status_code == 422
    [problem] = response.json()["problems"]
    assert problem["field"].removesuffix("[0]") == field
    assert problem["code"] == "upload.text-too-long"


@pytest.mark.parametrize("levels", [25, 700, 3000])
@pytest.mark.usefixtures("nothing_changes")
def test_a_deeply_nested_manifest_is_refused(levels: int, owner: User, program: Browser) -> None:
    deep = f"{manifest()}[{'.'.join(['a'] * levels)}]\nx = 1\n"
    response = upload(program(owner), package(files={"blender_manifest.toml": deep}))
    assert response.status_code == 422
    [problem] = [p for p in response.json()["problems"] if p["severity"] == "error"]
    assert problem["code"] == "manifest.toml.syntax"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (r'version = "1.0.0\n"', "version"),
        ('version = "1.0.0"\nplatforms = ["linux-x64", "a/../b"]', "platforms[1]"),
        ('version = "1.0.0"\nplatforms = ["li nux"]', "platforms[0]"),
    ],
)
@pytest.mark.usefixtures("nothing_changes")
def test_characters_that_do_not_fit_into_a_url_are_refused(
    owner: User, program: Browser, line: str, field: str
) -> None:
    text = f"{manifest(version=None)}{line}\n"
    response = upload(program(owner), package(files={"blender_manifest.toml": text}))
    assert response.status_code == 422
    [problem] = response.json()["problems"]
    assert (problem["code"], problem["field"]) == ("upload.unsupported-characters", field)


@pytest.mark.usefixtures("nothing_changes")
def test_a_file_over_the_limit_is_refused(owner: User, program: Browser, settings: Any) -> None:
    client = program(owner)
    settings.EXTERY_MAX_UPLOAD = 500
    response = upload(client, package(files={"big.bin": bytes(range(256)) * 10}))
    assert response.status_code == 413
    assert response.json()["problems"][0]["code"] == "upload.too-large"
    assert "500 bytes" in response.json()["detail"]


@pytest.mark.usefixtures("nothing_changes")
def test_a_body_over_the_limit_is_not_read(owner: User, program: Browser) -> None:
    class Unreadable:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    response = program(owner).generic(
        "POST",
        URL,
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2_000_000_000),
        **{"wsgi.input": Unreadable()},
    )
    assert response.status_code == 413
    assert response.json()["problems"][0]["code"] == "upload.too-large"


@pytest.mark.usefixtures("nothing_changes")
def test_a_failing_disk_leaves_no_rows_and_files(
    owner: User, program: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = program(owner)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("extery_site.files.backends.folder.os.replace", full)
    response = upload(client, package())
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    [problem] = response.json()["problems"]
    assert problem["code"] == "storage.unavailable"
    assert "No space left on device" in problem["message"]


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_uploads_of_one_version_exactly_one_succeeds(
    owner: User, media: Callable[[], list[str]]
) -> None:
    from django.db import connection

    from extery.core.errors import Conflict
    from extery_site.publish import actions

    barrier = threading.Barrier(2)
    results: list[str] = []

    def send(number: int) -> None:
        import io

        data = io.BytesIO(package(files={"who.py": f"number = {number}\n"}))
        barrier.wait()
        try:
            actions.receive_upload(file=data, user=owner)
            results.append("stored_rows")
        except Conflict as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The second replaces the package of the first.
    assert results == ["stored_rows"] * 2
    assert Package.objects.count() == Version.objects.count() == 1
    kept = [Package.objects.get().file.name, ReplacedPackage.objects.get().file.name]
    assert media() == sorted(kept)


@pytest.mark.django_db(transaction=True)
def test_the_database_rejects_a_duplicate_version(
    owner: User, monkeypatch: pytest.MonkeyPatch, media: Callable[[], list[str]]
) -> None:
    import io

    from extery.core.errors import Conflict
    from extery_site.publish import actions, upload

    factories.make_draft(owner)
    before = stored_rows(), media()
    real = upload._check_against_site
    stale = lambda *_: (Extension.objects.get(), None)  # noqa: E731
    answers = iter([stale, stale, real])
    monkeypatch.setattr(upload, "_check_against_site", lambda *a: next(answers)(*a))
    with pytest.raises(Conflict) as caught:
        actions.receive_upload(file=io.BytesIO(package(files={"a.py": ""})), user=owner)
    assert caught.value.code == "upload.version-exists"
    assert (stored_rows(), media()) == before


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://", "has no host"),
        ("https:///gears/", "has no host"),
        ("https://[gears", "has no host"),
        ("https://blender.org@evil.example/", "user name"),
        ("https://a:b@evil.example/", "user name"),
        ("https://assets.example.org/my gears/", "characters"),
        ("https://assets.example.org/\u202egears/", "characters"),
        ("https://assets.example.org\\\\@evil.example/", "characters"),
        ("https://assets.example.org/\\u0007", "characters"),
        ("https://assets.example.org/" + "g" * 480, "limit is 500"),
    ],
)
@pytest.mark.usefixtures("nothing_changes")
def test_a_library_at_a_misleading_url_is_refused(
    owner: User, program: Browser, url: str, text: str
) -> None:
    data = package(type="asset-library", asset_library={"remote_url": url})
    response = upload(program(owner), data)
    assert response.status_code == 422
    [problem] = response.json()["problems"]
    assert problem["field"] == "asset_library.remote_url"
    assert text in problem["message"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://assets.example.org", "assets.example.org"),
        ("http://ASSETS.example.org:8080/a/?b=c#d", "assets.example.org:8080"),
        ("https://[2001:db8::1]/gears/", "[2001:db8::1]"),
        ("https://b\u00fccher.example/", "b\u00fccher.example (xn--bcher-kva.example)"),
    ],
)
def test_the_host_of_a_library_is_stored_as_blender_contacts_it(
    owner: User, program: Browser, url: str, host: str
) -> None:
    data = package(type="asset-library", asset_library={"remote_url": url})
    version = upload(program(owner), data).json()["version"]
    assert version["asset_library"] == {"remote_url": url, "host": host, "auth": None}
    assert version["blender_version_min"] == "5.3.0"
