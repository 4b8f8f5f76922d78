"""A package index on loopback, with wheels that are really built."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fetch.web import Web, serving
from tests.samples.packages import packed

#: Tags of wheels for both Pythons on three platforms.
PLATFORMS = ("win_amd64", "manylinux_2_17_x86_64", "macosx_11_0_arm64")
EVERYWHERE = tuple(f"cp{p}-cp{p}-{platform}" for p in ("311", "313") for platform in PLATFORMS)
ONLY_311 = tuple(tag for tag in EVERYWHERE if "cp311" in tag)
ONLY_313 = tuple(tag for tag in EVERYWHERE if "cp313" in tag)
PURE = ("py3-none-any",)


def built_wheel(name: str, version: str, tag: str, requires: Sequence[str] = ()) -> bytes:
    """Return a wheel that Blender can install: one module with the name of the library, and its version."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {text}\n" for text in requires)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
    record = f"{module}/__init__.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
    return packed(
        (f"{module}/__init__.py", f"VERSION = {version!r}\n".encode()),
        (f"{info}/METADATA", metadata.encode()),
        (f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()),
        (f"{info}/RECORD", record.encode()),
    )


def metadata_of(name: str, version: str, requires: Sequence[str]) -> bytes:
    needs = "".join(f"Requires-Dist: {text}\n" for text in requires)
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}".encode()


@dataclass
class FakeIndex:
    """Projects by name; the page of one is written when a file is added. ``as_html`` is the old format, without sizes."""

    web: Web
    as_html: bool = False
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.web.url}/simple/"

    def add(
        self,
        name: str,
        version: str,
        tags: Sequence[str] = PURE,
        *,
        requires: Sequence[str] = (),
        source: bool = True,
        with_metadata: bool = True,
        **more: Any,
    ) -> None:
        """Publish a version with a wheel for each tag; ``more`` are members of the entries of its files."""
        for tag in tags:
            filename = f"{name.replace('-', '_')}-{version}-{tag}.whl"
            data = built_wheel(name, version, tag, requires)
            metadata = metadata_of(name, version, requires)
            if with_metadata:
                self.web.put(f"/files/{filename}.metadata", metadata)
            self.entry(
                name,
                filename,
                data,
                **({"core-metadata": {"sha256": sha256(metadata)}} if with_metadata else {}),
                **more,
            )
        if source:
            self.entry(name, f"{name.replace('-', '_')}-{version}.tar.gz", b"source")

    def entry(self, name: str, filename: str, data: bytes, /, **more: Any) -> None:
        """Publish a file."""
        self.web.put(f"/files/{filename}", data)
        entry = {
            "filename": filename,
            "url": f"../../files/{filename}",
            "hashes": {"sha256": sha256(data)},
            "size": len(data),
            **more,
        }
        self.files.setdefault(name, []).append(entry)
        self.write(name)

    def write(self, name: str) -> None:
        """Write the page of a project."""
        if self.as_html:
            links = "".join(map(self._link, self.files[name]))
            page = f"<!DOCTYPE html><html><body>{links}</body></html>"
        else:
            page = json.dumps({"meta": {"api-version": "1.1"}, "files": self.files[name]})
        self.web.put(f"/simple/{name}/", page.encode())

    def _link(self, entry: dict[str, Any]) -> str:
        metadata = entry.get("core-metadata")
        attributes = f' data-core-metadata="sha256={metadata["sha256"]}"' if metadata else ""
        if entry.get("yanked"):
            attributes += ' data-yanked="it is broken"'
        if entry.get("requires-python"):
            attributes += f' data-requires-python="{entry["requires-python"].replace(">", "&gt;")}"'
        url = f"{entry['url']}#sha256={entry['hashes']['sha256']}"
        return f'<a href="{url}"{attributes}>{entry["filename"]}</a>\n'


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def serving_index(*, as_html: bool = False) -> Iterator[FakeIndex]:
    """Yield an empty index."""
    with serving() as web:
        yield FakeIndex(web, as_html)
