"""Values that databases reject: NUL, surrogates, numbers out of range, texts that are too long."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery.core.errors import ExteryError, InvalidInput
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package, Version
from extery_site.moderation import comments as review
from extery_site.publish import actions as publish
from extery_site.reports import actions as reports
from extery_site.reports import handling
from tests.sampled import TRIES_ALL
from tests.site import factories
from tests.site.packages import INIT, manifest, package, zip_of

Browser = Callable[[User], Client]
HUGE = str(10**30)
BIGINT = str(2**63)


@pytest.mark.parametrize(
    "path",
    [
        "/extensions/gear{}/",
        "/extensions/gear{}/versions/",
        "/extensions/gear_tool/versions/{}/",
        "/report/extension/gear{}/",
        "/report/version/gear_tool-1{}/",
        "/report/comment/{}/",
        "/report/user/ada{}/",
        "/report/{}/1/",
        "/appeals/new/event-{}/",
        "/reports/?q=a{}&kind={}&reason={}&sort={}",
        "/people/ada{}/suspension/",
        "/people/ada{}/hidden/",
        "/extensions/gear{}/ratings/",
        "/extensions/gear_tool/ratings/?order={}&stars={}&version={}&blender={}&reply={}",
        "/api/v1/extensions/gear_tool/ratings/?version=1{}&blender=4{}",
        "/people/ada{}/",
        "/queue/gear{}/",
        "/queue/gear_tool/1.0.0{}/",
        "/publish/gear{}/",
        "/publish/gear_tool/?version=1{}",
        "/publish/gear_tool/1.0.0{}/files/",
        "/publish/gear_tool/1.0.0/findings/?severity={}&package=a{}&new={}",
        "/api/v1/uploads/a{}",
        "/extensions/?q=a{}&sort=newest",
        "/extensions/?tag={}&platform=linux-x64{}",
        "/extensions/?page={}",
        "/queue/?show={}",
        "/api/v1/extensions/gear{}/",
        "/api/v1/extensions/?blender_version=4.2{}",
        "/api/v1/extensions/?platform=a{}",
        "/download/sha256:" + "0" * 64 + "/a{}.zip",
        "/media/images/{}",
        "/account/password/reset/key/{}-set-password/",
        "/problems/{}/",
    ],
)
def test_nul_and_surrogates_in_a_url_are_no_server_error(
    owner: User, moderator: User, signed_in: Browser, path: str
) -> None:
    factories.make_approved(owner, moderator)
    clients = Client(), signed_in(owner), signed_in(moderator)
    for client in clients:
        with_nul = client.get(path.replace("{}", "%00"))
        assert with_nul.status_code == 400, path
    for odd in ("%ED%A0%80", "%FF", HUGE, "\N{GRINNING FACE}", "%"):
        # All three would take half a minute for all pages.
        for client in clients if TRIES_ALL else random.sample(clients, 1):
            assert client.get(path.replace("{}", odd)).status_code < 500, (path, odd)


def test_an_address_with_nul_is_answered_with_a_problem(client: Client, db: None) -> None:
    response = client.get("/api/v1/extensions/a%00b/")

    assert response.status_code == 400
    assert response.json()["problems"][0]["code"] == "request.bad-value"
    assert "NUL" in response.json()["problems"][0]["message"]


@pytest.mark.parametrize("number", [BIGINT, HUGE, "9" * 400])
@pytest.mark.parametrize(
    "path",
    [
        "/reports/{}/",
        "/extensions/gear_tool/ratings/{}/reply/",
        "/extensions/gear_tool/ratings/?page={0}&reply={0}&stars={0}",
        "/account/tokens/{}/revoke/",
        "/account/tokens/{}/",
        "/account/password/reset/key/{}-abc-def/",
        "/extensions/?page={}",
        "/extensions/?blender={}",
        "/queue/?page={}",
        "/mine/?page={}",
        "/reports/?page={}",
        "/appeals/{}/",
        "/appeals/new/event-{}/",
        "/report/image/{}/",
        "/api/v1/extensions/?blender_version={0}.{0}.{0}",
    ],
)
def test_numbers_beyond_the_range_of_a_column_are_no_server_error(
    moderator: User, signed_in: Browser, path: str, number: str
) -> None:
    client = signed_in(moderator)

    assert client.get(path.format(number)).status_code < 500
    assert client.post(path.format(number), {"step": "resolve", "note": "x"}).status_code < 500


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/account/login/", {"login": "ada{}", "password": "x{}"}),
        ("/account/signup/", {"username": "a{}b", "email": "a{}@b.example", "password1": "x{}"}),
        ("/account/password/reset/", {"email": "a{}@example.org"}),
        ("/account/", {"full_name": "A{}", "about": "{}"}),
        ("/account/tokens/", {"name": "a{}", "days": "30"}),
        ("/queue/gear_tool/", {"step": "comment", "text": "a{}"}),
        ("/queue/gear_tool/1.0.0/", {"step": "approve", "package": "{}"}),
        ("/queue/gear_tool/1.0.0/", {"step": "{}"}),
        ("/queue/gear_tool/", {"step": "block", "reason": "a{}"}),
        ("/report/extension/gear_tool/", {"reason": "other", "text": "a{}"}),
        ("/sets/new/", {"title": "a{}", "description": "{}", "visibility": "public"}),
        ("/report/extension/gear_tool/", {"reason": "oth{}er", "text": "a"}),
        ("/publish/gear_tool/", {"description": "a{}", "alt_text": "{}", "website": "http://a{}"}),
        ("/publish/gear_tool/1.0.0/files/", {"action": "remove", "key": "a{}", "sha256": ""}),
        ("/publish/gear_tool/1.0.0/files/", {"action": "remove", "sha256": "a{}"}),
        ("/publish/gear_tool/1.0.0/findings/", {"finding": "a{}", "text": "a{}"}),
        ("/publish/gear_tool/1.0.0/page/", {"description": "a{}", "stamp-description": "{}"}),
        ("/publish/gear_tool/1.0.0/page/save/", {"release_notes": "a{}", "website": "{}"}),
        (
            "/publish/gear_tool/1.0.0/check/",
            {"action": "send", "rights": "1", "honest": "1", "words": "a{}", "channel": "{}"},
        ),
        ("/theme/", {"theme": "da{}rk", "next": "/{}"}),
    ],
)
def test_nul_in_a_form_is_refused_and_nothing_is_stored(
    moderator: User, signed_in: Browser, path: str, fields: dict[str, str]
) -> None:
    factories.make_waiting(moderator)

    for client in (Client(), signed_in(moderator)):
        for odd in ("\0", "\ud800"):
            before = _everything()
            body = {
                name: text.replace("{}", odd).encode("utf-8", "surrogatepass")
                for name, text in fields.items()
            }
            # Django's client would send each byte of a value on its own.
            form = "application/x-www-form-urlencoded"
            response = client.post(path, urlencode(body), content_type=form)
            assert response.status_code < 500, (path, odd)
            if odd == "\0":
                assert _everything() == before


def _everything() -> list[Any]:
    from django.apps import apps

    # Sessions, and the counters of attempts.
    left_out = ("sessions.Session", "quotas.CachedValue", "accounts.User")
    models = [model for model in apps.get_models() if model._meta.label not in left_out]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("odd", ["\0", "\ud800", "a" * 50_000])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/approve", {"packages": ["{}"]}),
        ("/approve", {"packages": [], "reason": "{}"}),
        ("/request-changes", {"packages": [], "reason": "{}"}),
        ("/decline", {"packages": ["{}"], "reason": "{}"}),
        ("/submit", {"{}": "{}"}),
        ("/withdraw", {}),
    ],
)
def test_invalid_texts_in_a_json_body_are_answered_with_a_problem(
    moderator: User, program: Browser, path: str, body: dict[str, Any], odd: str
) -> None:
    factories.make_waiting(moderator)
    text = json.dumps(body).replace("{}", json.dumps(odd)[1:-1])

    response = program(moderator).post(
        f"/api/v1/extensions/gear_tool/versions/1.0.0{path}", text, "application/json"
    )

    assert response.status_code < 500
    assert response.status_code == 200 or response.json()["problems"]


@pytest.mark.parametrize("field", ["name", "tagline", "maintainer", "license", "tags", "copyright"])
def test_a_manifest_with_nul_is_refused_with_the_field(
    owner: User, program: Browser, field: str
) -> None:
    value: Any = ["2026 a\\u0000b"] if field in {"license", "tags", "copyright"} else "a\\u0000b"
    text = manifest(**{field: value}).replace("\\\\u0000", "\\u0000")
    data = zip_of({"blender_manifest.toml": text, "__init__.py": INIT})

    response = program(owner).post(
        "/api/v1/packages/", {"file": SimpleUploadedFile("gears.zip", data)}
    )

    assert response.status_code == 422
    assert response.json()["problems"]
    assert not Extension.objects.exists()


@pytest.mark.parametrize("field", ["permissions", "wheels", "version", "website", "platforms"])
def test_a_manifest_with_nul_anywhere_else_is_no_server_error(
    owner: User, program: Browser, field: str
) -> None:
    value: Any = {
        "permissions": {"files": "a\\u0000b"},
        "wheels": ["./wheels/a\\u0000-1-py3-none-any.whl"],
        "platforms": ["linux-x64\\u0000"],
    }.get(field, "1.0.0\\u0000")
    text = manifest(**{field: value}).replace("\\\\u0000", "\\u0000")
    data = zip_of({"blender_manifest.toml": text, "__init__.py": INIT})

    response = program(owner).post(
        "/api/v1/packages/", {"file": SimpleUploadedFile("gears.zip", data)}
    )

    assert response.status_code == 422


def test_an_id_that_grows_when_its_case_is_folded_is_refused(owner: User) -> None:
    # One letter that case folding turns into three.
    with pytest.raises(InvalidInput) as caught:
        publish.receive_upload(
            file=io.BytesIO(
                package(id="\N{GREEK SMALL LETTER IOTA WITH DIALYTIKA AND TONOS}" * 100)
            ),
            user=owner,
        )

    assert caught.value.code == "upload.text-too-long"


@pytest.mark.parametrize("text", ["a\0b", "half: \ud800", "x" * 20_001])
def test_actions_check_their_texts(owner: User, moderator: User, text: str) -> None:
    version = factories.make_waiting(owner)
    report = reports.report_extension(
        extension=version.extension, by=moderator, reason="other", text="It is copied"
    )
    for action in (
        lambda: review.comment(extension=version.extension, by=owner, text=text),
        lambda: reports.add_to_report(report=report, by=moderator, text=text),
        lambda: handling.resolve_case(case=report.case, by=moderator, note=text),
        lambda: publish.update_draft(extension=version.extension, by=owner, description=text),
        lambda: publish.update_draft(
            extension=version.extension, by=owner, website=f"https://{text}"
        ),
    ):
        with pytest.raises(ExteryError) as caught:
            action()
        assert caught.value.code in {"request.bad-value", "request.too-large", "submit.bad-url"}


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "theme"])
def test_a_cookie_with_nul_is_no_server_error(db: None, name: str) -> None:
    client = Client(headers={"cookie": f'{name}="{"a" * 32}\\000b"'})

    for path in ("/", "/mine/", "/account/login/", "/api/v1/extensions/x/"):
        assert client.get(path).status_code < 500


def test_a_file_name_with_nul_is_stored_without_it(owner: User) -> None:
    publish.receive_upload(file=io.BytesIO(package()), user=owner, name="a\0b.zip")

    assert Package.objects.get().original_name == "ab.zip"
    assert Version.objects.count() == 1


@pytest.mark.parametrize("name", ["login", "email"])
def test_a_name_too_long_to_search_for_is_no_server_error(
    client: Client, db: None, name: str
) -> None:
    path = "/account/login/" if name == "login" else "/account/password/reset/"
    form = {name: "a" * 100_000, "password": "x"}
    assert client.post(path, form).status_code in {200, 400}
    form = {name: "a" * 100_000 + "@example.org", "password": "x"}
    assert client.post(path, form).status_code in {200, 400}


CHARSETS = ["zip", "hex", "rot13", "idna", "punycode", "undefined", "utf-16", "utf-7", "latin-1"]
FORM = "application/x-www-form-urlencoded"
PATHS = [
    "/",
    "/nowhere/",
    "/account/login/",
    "/account/appearance/",
    "/api/v1/packages/",
    "/api/no",
]


@pytest.mark.parametrize("charset", [*CHARSETS, "nonsense"])
@pytest.mark.parametrize("checks", [True, False], ids=["csrf", "no csrf"])
def test_a_charset_that_is_not_utf_8_is_no_server_error(
    db: None, charset: str, checks: bool
) -> None:
    client = Client(enforce_csrf_checks=checks)
    body = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--x--\r\n"
    for media_type in (FORM, "multipart/form-data; boundary=x", "text/plain"):
        content_type = f"{media_type}; charset={charset}"
        for path in PATHS:
            response = client.generic("POST", path, body, content_type=content_type)
            assert response.status_code < 500
            if charset in CHARSETS:
                assert response.status_code == 400


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("checks", [True, False], ids=["csrf", "no csrf"])
def test_a_query_or_form_with_thousands_of_fields_is_no_server_error(
    db: None, path: str, checks: bool
) -> None:
    client = Client(enforce_csrf_checks=checks, raise_request_exception=False)
    many = "a=1&" * 5000
    for response in (
        client.get(f"{path}?{many}"),
        client.post(f"{path}?{many}"),
        client.post(path, many, content_type=FORM),
        client.post(path, "a" * 2_000_000, content_type=FORM),
        client.post(path, {f"f{number}": io.BytesIO(b"x") for number in range(200)}),
        client.post(path, b"--y", content_type="multipart/form-data; boundary=x"),
        client.post(path, b"--y", content_type="multipart/form-data"),
    ):
        assert response.status_code < 500


@pytest.mark.parametrize(
    "path", ["/themes/", "/extensions/", "/account/login/", "/problems/quota.exceeded/"]
)
def test_too_many_fields_get_a_page_that_can_be_read(client: Client, db: None, path: str) -> None:
    response = client.get(path + "?" + "a=1&" * 5000)
    assert response.status_code == 400
    assert "<h1" in response.content.decode()
