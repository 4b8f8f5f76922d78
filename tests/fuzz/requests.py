"""Requests to the website: method, path, kind of user and type of the body, each in a line, then the body.

Pages, forms and the API answer every request with a status below 500. Needs a database: pytest's, or the one in
memory that `set_up` makes.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from tests.fuzz.mutate import JSON_VALUES, mutated
from tests.fuzz.package import SEEDS as _PACKAGES

_BOUNDARY = b"gears"
_FORM = b"application/x-www-form-urlencoded"
_MULTIPART = b"multipart/form-data; boundary=" + _BOUNDARY
_USERS = (b"nobody", b"owner", b"moderator", b"token")
_PATHS = (
    "/", "/extensions/", "/extensions/?q=gear&sort=newest&platform=linux-x64&blender=4.2&page=1&tag=mesh", "/extensions/gear_tool/", "/extensions/gear_tool/versions/", "/extensions/gear_tool/versions/compare/?from=1.0.0&to=1.0.0&file=x&package=y", "/extensions/gear_tool/does/?find=x&version=1.0.0", "/extensions/gear_tool/compatibility/?version=1.0.0", "/extensions/gear_tool/code/?file=x&package=y", "/extensions/gear_tool/code/text/?file=x", "/extensions/gear_tool/theme.svg?see=x", "/extensions/gear_tool/log/?page=1", "/report/extension/gear_tool/", "/people/ada/", "/add-ons/", "/themes/", "/tags/mesh/",
    "/publish/", "/publish/gear_tool/", "/publish/gear_tool/?version=1.0.0", "/publish/gear_tool/1.0.0/files/", "/publish/gear_tool/1.0.0/page/", "/mine/", "/queue/", "/queue/gear_tool/", "/queue/gear_tool/1.0.0/", "/reports/", "/reports/1/", "/extensions/gear_tool/ratings/", "/extensions/gear_tool/ratings/remove/", "/extensions/gear_tool/ratings/1/reply/", "/extensions/gear_tool/ratings/1/helpful/", "/extensions/gear_tool/ratings/1/hide/", "/account/login/", "/account/signup/", "/account/password/reset/", "/account/profile/", "/account/tokens/", "/account/tokens/1/revoke/", "/account/appearance/", "/account/email/",
    "/api/v1/extensions/", "/api/v1/extensions/?blender_version=4.2.0&platform=linux-x64&python_version=3.11", "/api/v1/extensions/gear_tool/", "/api/v1/packages/", "/api/v1/extensions/gear_tool/versions/1.0.0/submit", "/api/v1/extensions/gear_tool/versions/1.0.0/withdraw", "/api/v1/extensions/gear_tool/versions/1.0.0/approve",
    "/api/v1/extensions/gear_tool/versions/1.0.0/request-changes", "/api/v1/extensions/gear_tool/versions/1.0.0/decline", "/api/v1/extensions/gear_tool/block", "/api/v1/extensions/gear_tool/unblock", "/problems/manifest.id.missing/", "/robots.txt", "/media/images/aa/x.webp", "/about/use-in-blender/", "/.well-known/security.txt",
)  # fmt: skip
_FIELDS = ("login", "password", "username", "email", "password1", "full_name", "about", "name", "days", "step", "text", "reason", "version", "package", "note", "description", "alt_text", "website", "theme", "next", "release_notes", "page", "q", "comment", "sha256", "file", "image")  # fmt: skip
_VALUES = ("", "ada", "1", "-1", "9" * 30, "\x00", "\ud800", "\u202e", "a" * 5_000, "comment", "approve", "block", "decline", "submit", "resolve", "other", "1.0.0", "https://example.org", "javascript:x", "/", "//x", "\n", "[x](y)" * 50, "<b>", "ada@example.org", "\u0130", "True", "[]", "gear_tool")  # fmt: skip


def _request(method: bytes, path: bytes, user: bytes, kind: bytes, body: bytes) -> bytes:
    return b"\n".join((method, path, user, kind, body))


def _part(name: str, data: bytes, filename: str = "") -> bytes:
    file = f'; filename="{filename}"' if filename else ""
    head = f'Content-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode("utf-8", "replace")
    return b"--" + _BOUNDARY + b"\r\n" + head + data + b"\r\n"


def _multipart(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + _BOUNDARY + b"--\r\n"


SEEDS = (
    *(_request(b"GET", path.encode(), user, b"", b"") for path in _PATHS[:6] for user in _USERS[:2]),
    _request(b"POST", b"/account/login/", b"nobody", _FORM, b"login=ada&password=x"),
    _request(b"POST", b"/queue/gear_tool/1.0.0/", b"moderator", _FORM, b"step=comment&text=x"),
    _request(b"POST", b"/api/v1/extensions/gear_tool/block", b"token", b"application/json", b'{"reason": "x"}'),
    _request(b"POST", b"/publish/", b"owner", _MULTIPART, _multipart(_part("file", _PACKAGES[0], "gears.zip"), _part("release_notes", b"x"))),
    _request(b"POST", b"/api/v1/packages/", b"token", _MULTIPART, _multipart(_part("file", _PACKAGES[0], "gears.zip"))),
)  # fmt: skip
TOKENS = (
    *(path.encode() for path in _PATHS[::3]), *(f"{field}=".encode() for field in _FIELDS), b"&", b"=", b"%", b"%00", b"%ED%A0%80", b"%FF", b"?", b"#", b";", b"[]", b"{", b"}", b'"', b":", b",", b"null", b"\\ud800", b"\\u0000", b"--gears", b"--gears--", b"\r\n", b"\r\n\r\n", b"\n",
    b"Content-Disposition: form-data; name=\"file\"; filename=\"a.zip\"", b"filename*=utf-8''%ff", b"Content-Transfer-Encoding: base64\r\n", b"; charset=utf-16", b"; charset=x", b"; boundary=", b"multipart/form-data", b"application/json", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    """Return a request to one of the addresses with odd fields."""
    from json import dumps
    from urllib.parse import quote

    path = source.choice(_PATHS)
    values = {source.choice(_FIELDS): source.choice(_VALUES) for _ in range(source.randint(0, 5))}
    encoded = "&".join(f"{key}={quote(text, errors='surrogatepass')}" for key, text in values.items())  # fmt: skip
    if source.random() < 0.3:
        path = f"{path}{'&' if '?' in path else '?'}{encoded}"
    kind, body = _FORM, encoded.encode()
    style = source.random()
    if style < 0.25:
        document: Any = {key: source.choice((text, *JSON_VALUES[:60])) for key, text in values.items()}  # fmt: skip
        body = dumps(source.choice((document, *JSON_VALUES[:40]))).encode("utf-8", "replace")
        kind = b"application/json"
    elif style < 0.45:
        parts = [_part(k, v.encode("utf-8", "replace")) for k, v in values.items()]
        file = source.choice((*_PACKAGES[:3], b"", b"not a zip"))
        name = source.choice(("gears.zip", "a\u202eb.zip", "x" * 300, "../x.zip", "con", "\x01"))
        parts.append(_part(source.choice(("file", "image")), file, name))
        kind, body = _MULTIPART, _multipart(*parts)
    method = source.choice((b"GET", b"POST", b"POST", b"POST", b"HEAD", b"PUT"))
    data = _request(method, path.encode(), source.choice(_USERS), kind, body)
    return mutated(source, (data,), TOKENS, most=2) if source.random() < 0.5 else data


@cache
def set_up() -> None:
    """Make a site in memory, with an extension, for a run outside of pytest."""
    import tempfile
    from pathlib import Path

    from tests.fuzz import django_site

    django_site.set_up()
    from django.conf import settings
    from django.test.utils import setup_databases, setup_test_environment

    folder = Path(tempfile.mkdtemp(prefix="extery-fuzz-"))
    settings.EXTERY_DATA, settings.MEDIA_ROOT = folder, folder / "media"
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    setup_test_environment()
    setup_databases(0, interactive=False)


def _client(user: str) -> Any:
    from django.test import Client

    from extery_site.accounts.actions import create_token
    from extery_site.accounts.models import User
    from tests.site import factories

    if not User.objects.filter(username="mod").exists():
        owner, moderator = factories.make_user("ada"), factories.make_moderator("mod")
        factories.make_approved(owner, moderator)
    owner, moderator = User.objects.get(username="ada"), User.objects.get(username="mod")
    if user == "token":
        _, secret = create_token(user=moderator, name="fuzz")
        return Client(headers={"Authorization": f"Bearer {secret}"})
    client = Client()
    if user in ("owner", "moderator"):
        client.force_login(owner if user == "owner" else moderator)
    return client


def target(data: bytes) -> None:
    from django.db import connection, transaction

    method, path, user, kind, body = (data.split(b"\n", 4) + [b""] * 5)[:5]
    address = path.decode("latin-1")
    if not address.startswith("/") or "\r" in address or method not in (b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS"):  # fmt: skip
        return  # not a request that a server passes on
    assert connection is not None
    with transaction.atomic():
        client = _client(user.decode("latin-1"))
        response = client.generic(
            method.decode(),
            address,
            data=body,
            content_type=kind.decode("latin-1").replace("\r", ""),
        )
        list(response)
        assert response.status_code < 500, (response.status_code, response.content[:300])
        transaction.set_rollback(True)
