"""A running site, and users who work with it over HTTP by pages and by the API."""

from __future__ import annotations

import html
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from PIL import Image

from tests.blender.seeded_folder import add_seeded_folder
from tests.migrated import add_migrated_database

START_LIMIT = 300.0
"""Seconds for creating the database and starting to listen."""

PASSWORD = "gears-turn-both-ways"

# The first moderator is created by the operator of the site.
CREATE_USERS = f"""
import json
from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
tokens = {{}}
for name in ("ada", "mod"):
    user = User.objects.create_user(name, name + "@example.org", {PASSWORD!r}, is_moderator=name == "mod")
    tokens[name] = create_token(user=user, name="tests")[1]
print(json.dumps(tokens))
"""

CREATE_TOKENS = """
import json, time
from django.utils import timezone
from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.project.tasks.models import StoredTask
users = User.objects.filter(username__in=["demo", "moderator"])
tokens = {user.username: create_token(user=user, name="tests")[1] for user in users}
queued = StoredTask.objects.filter(finished_at=None, run_after__lte=timezone.now())
while queued.exists():
    time.sleep(0.1)
print(json.dumps(tokens))
"""
TOKENS = "tokens.json"
"""File in the data folder of a demo site with the tokens that `CREATE_TOKENS` prints."""

Files = Mapping[str, tuple[str, bytes]]


class SiteError(Exception):
    """The site did not start or refused a request. The text is the site's."""


class SiteUser:
    """A user with a signed-in browser session and an API token."""

    def __init__(self, site: str, name: str, token: str) -> None:
        self.site = site
        self.token = token
        self._cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies), ProxyHandler({}))
        self.submit_form("/account/login/", {"login": name, "password": PASSWORD})

    def api(
        self, path: str, body: Any = None, *, files: Files | None = None, method: str | None = None
    ) -> Any:
        """Call the API with the token: GET, or POST with a body or files, or another ``method``."""
        headers = {"Authorization": f"Bearer {self.token}"}
        data = None
        if files is not None:
            data, headers["Content-Type"] = _multipart({}, files)
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = Request(f"{self.site}/api/v1{path}", data, headers, method=method)
        return json.loads(self._send(request))

    def page(self, path: str) -> str:
        """Return the HTML of a page for this user."""
        return self._send(Request(urljoin(self.site, path))).decode()

    def submit_form(self, path: str, fields: Mapping[str, str], files: Files | None = None) -> None:
        """Open a page and submit its form."""
        self.page(path)
        data, kind = _multipart(fields, files or {})
        secret = next(cookie.value or "" for cookie in self._cookies if "csrf" in cookie.name)
        headers = {"Content-Type": kind, "X-CSRFToken": secret}
        self._send(Request(urljoin(self.site, path), data, headers))

    def _send(self, request: Request) -> bytes:
        try:
            with self._opener.open(request, timeout=300) as response:
                body: bytes = response.read()
                return body
        except HTTPError as error:
            with error:
                message = error.read().decode("utf-8", "replace")
            raise SiteError(f"{error.code} {request.full_url}: {message[:2000]}") from None


class RunningSite:
    """A running site with an author, Ada, and a moderator, Mod."""

    def __init__(self, url: str, log: Path, tokens: Mapping[str, str]) -> None:
        self.url = url
        self._log = log
        self.author = SiteUser(url, "ada", tokens["ada"])
        self.moderator = SiteUser(url, "mod", tokens["mod"])

    @property
    def repository_url(self) -> str:
        """The repository URL for Blender."""
        return f"{self.url}/api/v1/extensions/"

    def log(self) -> str:
        """The output of the site so far."""
        return self._log.read_text("utf-8")

    def publish(self, package: Path) -> None:
        """Upload a package, complete the draft, submit and approve it."""
        draft = self.author.api("/packages/", files={"file": (package.name, package.read_bytes())})
        if draft["missing"]:
            self.author.submit_form(
                draft["url"],
                {"description": "Walks *through* the site.", "alt_text": "A plain surface"},
                {"image": ("surface.png", _picture())},
            )
        version = f"/extensions/{draft['id']}/versions/{draft['version']['version']}"
        self.author.api(f"{version}/submit", {})
        hashes = [draft["sha256"]]
        self.moderator.api(f"{version}/approve", {"packages": hashes})

    def block(self, extension_id: str, reason: str) -> None:
        """Block the extension."""
        self.moderator.api(f"/extensions/{extension_id}/block", {"reason": reason})

    def download_link(self, extension_id: str) -> str:
        """Return the drag link of the extension's page."""
        return self.drag_link(self.author.api(f"/extensions/{extension_id}/")["url"])

    def drag_link(self, address: str) -> str:
        """Return the first link on a page that is dragged into Blender."""
        found = re.search(
            r'<a [^>]*href="([^"]*/download/[^"]*)"[^>]*draggable', self.author.page(address)
        )
        if found is None:
            raise SiteError(f"no download link on {address}")
        return urljoin(address, html.unescape(str(found[1])))


@contextmanager
def run_site(data: Path) -> Iterator[RunningSite]:
    """Run ``extery serve`` on a new data folder and a free port within the block."""
    with _serve(data) as (url, log):
        yield RunningSite(url, log, _create_users(data))


@dataclass(frozen=True)
class DemoSite:
    """A running site with the content of the demo."""

    url: str
    repository_url: str
    """The URL that ``extery serve --demo`` prints for Blender."""
    token: str
    """An API token of a user of the demo."""
    moderator_token: str
    log: Path

    def get(self, url: str) -> bytes:
        """Return the body of an absolute URL or a path of this site."""
        with build_opener(ProxyHandler({})).open(urljoin(self.url, url), timeout=300) as response:
            body: bytes = response.read()
            return body

    def approve(self, extension_id: str, version: str) -> None:
        """Approve a version that waits for review, as the moderator of the demo."""
        known = self._moderate(f"/extensions/{extension_id}/")
        [waiting] = [item for item in known["versions"] if item["version"] == version]
        packages = [package["sha256"] for package in waiting["packages"]]
        path = f"/extensions/{extension_id}/versions/{version}/approve"
        self._moderate(path, {"packages": packages})

    def _moderate(self, path: str, body: Any = None) -> Any:
        headers = {
            "Authorization": f"Bearer {self.moderator_token}",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/api/v1{path}", data, headers)
        with build_opener(ProxyHandler({})).open(request, timeout=300) as response:
            return json.loads(response.read())


@contextmanager
def run_demo_site(data: Path) -> Iterator[DemoSite]:
    """Run ``extery serve --demo`` on a seeded data folder and a free port within the block."""
    add_seeded_folder(data, _seed)
    with _serve(data, "--demo") as (url, log):
        repository = re.search(rf"(?m)^ +({re.escape(url)}/\S+/)$", log.read_text("utf-8"))
        assert repository is not None
        tokens: dict[str, str] = json.loads((data / TOKENS).read_text("utf-8"))
        yield DemoSite(url, repository[1], tokens["demo"], tokens["moderator"], log)


def _seed(data: Path) -> None:
    """Let a site create the content of the demo, and tokens, and wait for its tasks."""
    with _serve(data, "--demo"):
        (data / TOKENS).write_text(json.dumps(_run_in_site(data, CREATE_TOKENS)), "utf-8")


@contextmanager
def _serve(data: Path, *options: str) -> Iterator[tuple[str, Path]]:
    add_migrated_database(data)
    log = data / "site.log"
    command: list[str | Path] = [sys.executable, "-m", "extery", "serve", *options]
    command += ["--port", "0", "--data", data]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=_environment(data), start_new_session=True
        )
    try:
        yield _wait_until_it_listens(process, log), log
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"runs at +(http://127\.0\.0\.1:\d+)/", log.read_text("utf-8")):
            return str(found[1])
        time.sleep(0.05)
    raise SiteError(f"the site did not start:\n{log.read_text('utf-8', 'replace')}")


def _create_users(data: Path) -> dict[str, str]:
    tokens: dict[str, str] = _run_in_site(data, CREATE_USERS)
    return tokens


def _run_in_site(data: Path, code: str) -> Any:
    """Run code in a shell of the site and return the JSON value that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "extery", "manage", "shell", "-v", "0", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        env=_environment(data),
    )
    if done.returncode != 0:
        raise SiteError(f"the shell of the site failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


#: The tests of a module publish with one account in a minute what a new one may in days.
UNLIMITED = {
    f"EXTERY_{kind}_PER_ACCOUNT": "unlimited" for kind in ("UPLOADS", "DRAFTS", "SUBMISSIONS")
}


def _environment(data: Path) -> dict[str, str]:
    """Return the environment without the settings of the test run."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("EXTERY_", "DJANGO_"))
    }
    return inherited | UNLIMITED | {"EXTERY_DATA": str(data), "PYTHONUTF8": "1"}


def _multipart(fields: Mapping[str, str], files: Files) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts += [(f'name="{name}"; filename="{file}"', data) for name, (file, data) in files.items()]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {heading}\r\n\r\n".encode()
        + data
        + b"\r\n"
        for heading, data in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (1920, 1080), "#336699").save(buffer, "PNG")
    return buffer.getvalue()
