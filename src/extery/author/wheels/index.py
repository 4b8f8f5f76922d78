"""The pages of a package index about projects (PEP 503, 592, 629, 658, 691, 700, 714): as JSON, or as HTML.

Nothing that an index says is trusted: files whose names, URLs or hashes are not plain are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from extery.core.errors import InvalidInput, NotFound
from extery.core.wheel_names import WheelName
from extery.fetch import Fetcher
from extery.fetch.addresses import redact_url, split_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import supported_encodings
from extery.fetch.documents import read_document

DEFAULT_INDEX = "https://pypi.org/simple/"
#: The largest page of a public project has 12 MB.
MAX_PAGE = 40_000_000
#: Files of a project that are read; the largest public project has 20,000.
MAX_FILES = 50_000
#: Projects that one run asks for.
MAX_PROJECTS = 300
#: Bytes of a wheel, whatever its index says.
MAX_WHEEL = 2_000_000_000

_ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.01"
)
_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SDIST = (".tar.gz", ".zip", ".tar.bz2")
#: The version of the index in an HTML page (PEP 629).
_VERSION = re.compile(rb"""<meta\s{1,10}name=["']?pypi:repository-version["'\s]""", re.IGNORECASE)


class IndexFile(NamedTuple):
    """A wheel in an index. ``size`` is 0 if it is not known.

    ``metadata_sha256`` is ``None`` if the index offers no metadata of the file, and empty if it offers no hash of them.
    """

    name: WheelName
    filename: str
    url: str
    sha256: str
    size: int = 0
    requires_python: str = ""
    yanked: bool = False
    metadata_sha256: str | None = None


class Project(NamedTuple):
    """The wheels of a project, and the versions of which there is source.

    ``unusable`` are the names of wheels whose entries cannot be used, usually because they have no SHA-256. ``is_whole`` is
    false if a file that is not here may still be in the index: its page was cut, or may be no page of an index at all.
    """

    name: str
    files: tuple[IndexFile, ...]
    sources: frozenset[str]
    unusable: frozenset[str] = frozenset()
    is_whole: bool = True


class PackageIndex:
    """The index at ``url``, a folder of pages by normalized name. Pages are fetched once. Thread-safe."""

    def __init__(
        self,
        fetcher: Fetcher,
        url: str = DEFAULT_INDEX,
        on_visit: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self.fetcher = fetcher
        #: Called with the name of a page or wheel before it is read.
        self.on_visit = on_visit
        self.url = f"{url.rstrip('/')}/"
        self._projects: dict[str, Project] = {}
        self._lock = Lock()

    def project(self, name: str) -> Project:
        """Return the page of a project (normalized name); raises `NotFound` if there is none."""
        with self._lock:
            if name in self._projects:
                return self._projects[name]
            if len(self._projects) >= MAX_PROJECTS:
                raise InvalidInput.of("library.too-many", limit=MAX_PROJECTS)
        self.on_visit(name)
        project = self._fetch(name)
        with self._lock:
            self._projects[name] = project
        return project

    def forget(self, name: str) -> None:
        """Drop the page of a project: those of large ones take some megabytes."""
        with self._lock:
            self._projects.pop(name, None)

    def _fetch(self, name: str) -> Project:
        url = f"{self.url}{name}/"
        if split_url(url).scheme == "file":
            url += "index.html"
        try:
            body, base, is_json = self._get(url)
        except NotFound as error:
            raise NotFound.of(
                "library.unknown", library=name, index=redact_url(self.url)
            ) from error
        try:
            entries = _from_json(body, base) if is_json else _from_html(body, base)
            states_version = is_json or bool(_VERSION.search(body))
        except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
            raise InvalidInput.of("library.page", url=redact_url(url)) from error
        project = _read_project(name, entries, index_scheme=split_url(base).scheme)
        # A page of another kind, such as a form to sign in, has no file of the project.
        is_index = states_version or project != Project(name, (), frozenset())
        return project._replace(is_whole=is_index and len(entries) < MAX_FILES)

    def _get(self, url: str) -> tuple[bytes, str, bool]:
        """Return a page, the URL where redirects have led, and whether it is JSON."""
        encodings = supported_encodings()
        headers = {"Accept": _ACCEPT, "Accept-Encoding": ", ".join(encodings)}
        deadline = Deadline(self.fetcher.retry_policy.max_seconds)

        def attempt() -> tuple[bytes, str, bool]:
            with self.fetcher.open(url, headers, deadline) as response:
                document = read_document(response, encodings, MAX_PAGE)
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                is_json = kind.endswith("json") or document.body.lstrip().startswith(b"{")
                return document.body, response.url, is_json

        return self.fetcher.with_retries(url, attempt, deadline)


#: Scheme of a page -> those of the files on it: none is less secure, and none is a file of this computer.
_SCHEMES = {"https": ("https",), "http": ("http", "https"), "file": ("file", "http", "https")}


def file_of(values: Mapping[str, Any], *, project: str, index_scheme: str) -> IndexFile | None:
    """Return the wheel of an entry; ``None`` for other files, and for entries that cannot be used."""
    filename, url = values["filename"], values["url"]
    if not isinstance(filename, str) or not _FILENAME.fullmatch(filename):
        return None
    sha256 = str(values.get("sha256") or "").lower()
    try:
        name = WheelName.parse(filename)
        scheme = urlsplit(url).scheme
    except ValueError:
        return None
    if name.library != project or not _SHA256.fullmatch(sha256):
        return None
    if scheme not in _SCHEMES.get(index_scheme, ()):
        return None
    size = values.get("size")
    metadata = values.get("metadata")
    return IndexFile(
        name,
        filename,
        url,
        sha256,
        size if type(size) is int and 0 < size <= MAX_WHEEL else 0,
        str(values.get("requires_python") or "")[:200],
        bool(values.get("yanked")),
        metadata if metadata is None or _SHA256.fullmatch(metadata) else "",
    )


def _read_project(name: str, entries: list[dict[str, Any]], *, index_scheme: str) -> Project:
    files, sources, unusable = [], set(), set()
    for entry in entries[:MAX_FILES]:
        filename = str(entry["filename"])
        file = file_of(entry, project=name, index_scheme=index_scheme)
        if file is not None:
            files.append(file)
        elif version := _source_version(filename, name):
            sources.add(version)
        elif _is_wheel_of(name, filename):
            unusable.add(filename)
    return Project(name, tuple(files), frozenset(sources), frozenset(unusable))


def _is_wheel_of(project: str, filename: str) -> bool:
    try:
        return WheelName.parse(filename).library == project
    except ValueError:
        return False


def _source_version(filename: str, project: str) -> str:
    """Return the version of a source archive; empty for other files."""
    if not filename.endswith(_SDIST) or not _FILENAME.fullmatch(filename):
        return ""
    stem = re.sub(r"\.(?:tar\.gz|zip|tar\.bz2)$", "", filename)
    library, _, version = stem.rpartition("-")
    return version if re.sub(r"[-_.]+", "-", library).lower() == project else ""


def _from_json(body: bytes, base: str) -> list[dict[str, Any]]:
    entries = []
    document = json.loads(body)
    version = document.get("meta", {}).get("api-version", "1.0")
    if not isinstance(version, str) or version.partition(".")[0] != "1":
        raise ValueError("a version of the API with another meaning")  # PEP 629
    for item in document["files"]:
        metadata = item.get("core-metadata", item.get("dist-info-metadata"))
        hashes = item.get("hashes")
        entries.append(
            {
                "filename": item["filename"],
                "url": urljoin(base, str(item["url"])),
                "sha256": hashes.get("sha256") if isinstance(hashes, dict) else "",
                "size": item.get("size"),
                "requires_python": item.get("requires-python"),
                "yanked": item.get("yanked"),
                "metadata": _metadata_hash(metadata),
            }
        )
    return entries


def _metadata_hash(value: object) -> str | None:
    """Return the hash of the metadata; empty if only their existence is stated, ``None`` if there are none."""
    if isinstance(value, dict):
        return str(value.get("sha256", ""))
    if isinstance(value, str):
        return value.removeprefix("sha256=")
    return "" if value else None


def _from_html(body: bytes, base: str) -> list[dict[str, Any]]:
    from extery.author.wheels.html_links import find_links

    links, own_base = find_links(body.decode("utf-8", "replace"), limit=MAX_FILES)
    base = urljoin(base, own_base)
    entries = []
    for link in links:
        url, _, fragment = urljoin(base, link["href"]).partition("#")
        algorithm, _, digest = fragment.partition("=")
        metadata = link.get("data-core-metadata", link.get("data-dist-info-metadata"))
        entries.append(
            {
                "filename": _last_part(url),
                "url": url,
                "sha256": digest if algorithm == "sha256" else "",
                "requires_python": link.get("data-requires-python"),
                "yanked": "data-yanked" in link,
                "metadata": _metadata_hash(metadata),
            }
        )
    return entries


def _last_part(url: str) -> str:
    from urllib.parse import unquote

    return unquote(urlsplit(url).path.rpartition("/")[2])
