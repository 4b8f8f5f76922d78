"""The index of the source search: filled after uploads, each text once, without what is gone."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command

from extery.core.errors import Unavailable
from extery.isolation.client import Isolation
from extery.isolation.limits import ProcessEnded, Reply
from extery.package.reader import open_package
from extery_site.accounts.models import User
from extery_site.catalog.models import Package
from extery_site.files.models import StoredFile
from extery_site.publish import actions as publish
from extery_site.source_search import indexing, reading, tasks, texts
from extery_site.source_search.models import (
    IndexedPackage,
    PackageFile,
    SourceFile,
    SourceText,
    Symbol,
    SymbolUse,
)
from tests.site import factories
from tests.site.packages import package, zip_of

RunTasks = Callable[[], int]


def _index_all() -> str:
    output = io.StringIO()
    call_command("index_sources", stdout=output)
    return output.getvalue()


def test_an_upload_is_indexed_and_a_text_of_two_versions_is_stored_once(
    owner: User, run_tasks: RunTasks
) -> None:
    files = {"net.py": "import socket\n", "same.py": "import socket\n", "icon.png": b"\0\1"}
    first = factories.make_draft(owner, files=files)
    run_tasks()
    factories.make_draft(owner, version="1.1.0", files=files)
    run_tasks()
    assert IndexedPackage.objects.count() == 2
    assert set(PackageFile.objects.values_list("path", flat=True)) == {
        *("__init__.py", "blender_manifest.toml", "net.py", "same.py")
    }
    assert SourceFile.objects.count() == SourceText.objects.count() == 4  # two manifests
    use = SymbolUse.objects.get(symbol__name="socket")
    assert (use.symbol.kind, use.line, use.count) == ("import", 1, 1)
    text = SourceText.objects.get(file=use.file)
    assert text.utf8 == b"import socket\n"
    assert indexing.index_version(first) == 0


def test_packages_from_before_are_indexed_by_the_task_and_the_command(owner: User) -> None:
    versions = [
        factories.make_draft(owner, version=number, files={"a.py": f"n = '{number}'\n"})
        for number in ("1.0.0", "1.1.0", "1.2.0")
    ]
    assert list(indexing.versions_to_index(limit=2)) == [versions[2].pk, versions[1].pk]
    assert tasks.index_missing_packages.call() == 3
    assert _index_all() == "packages indexed: 0\ntexts removed: 0\n"
    call_command("index_sources", "--again", stdout=io.StringIO())
    assert IndexedPackage.objects.filter(format=reading.FORMAT).count() == 3


def test_what_no_package_contains_is_removed(owner: User) -> None:
    version = factories.make_draft(owner, files={"a.py": "import socket\n"})
    _index_all()
    factories.upload_other(owner)
    _index_all()
    # The replaced package is kept with its version, so it stays in the index.
    assert IndexedPackage.objects.count() == 2
    publish.discard_draft(version=version, by=owner)
    assert not IndexedPackage.objects.exists()
    assert tasks.remove_stale_sources.call() == 4
    assert not SourceFile.objects.exists()
    assert not Symbol.objects.exists()


def test_the_index_keeps_no_file_from_being_removed(owner: User) -> None:
    version = factories.make_draft(owner)
    _index_all()
    Package.objects.all().delete()
    assert StoredFile.objects.unreferenced().exists()
    _index_all()
    assert not version.indexed_packages.exists()


def test_what_is_too_large_or_damaged_is_named(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "MAX_PYTHON_BYTES", 100)
    files = {"long.py": f"a = '{'x' * 100}'\n", "binary.py": b"a = 1\0", "latin.py": b"a = '\xe9'"}
    factories.make_draft(owner, files=files)
    _index_all()
    indexed = IndexedPackage.objects.get()
    assert sorted(indexed.limits) == [
        "binary.py is not searched: it is not a text.",
        "long.py is too large to be searched.",
    ]
    assert PackageFile.objects.filter(path="latin.py").exists()
    assert " latin " in indexed.bundled


def test_a_package_that_cannot_be_opened_is_named_and_not_tried_again(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = factories.make_draft(owner)

    def missing(_file: StoredFile) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("extery_site.files.storage.open_file", missing)
    assert indexing.index_version(version) == 1
    assert "cannot be opened" in version.indexed_packages.get().limits[0]
    assert indexing.index_version(version) == 0


def test_modules_of_wheels_count_as_bundled(owner: User) -> None:
    wheel = zip_of({"requests/__init__.py": "", "requests-2.0.dist-info/METADATA": ""})
    data = package(files={"wheels/requests-2.0-py3-none-any.whl": wheel, "lib/x.py": ""})
    with open_package(io.BytesIO(data)) as opened:
        read = reading.read_package(opened)
    assert read.bundled == {"__init__", "requests", "x"}


@pytest.mark.parametrize("ends", [1, 5])
def test_a_text_that_ends_the_process_which_parses_it_keeps_no_other_from_its_symbols(
    owner: User, monkeypatch: pytest.MonkeyPatch, ends: int
) -> None:
    real = Isolation.stream

    @contextmanager
    def stream(self: Isolation, name: str, *arguments: Any) -> Iterator[Iterator[Any]]:
        def frames() -> Iterator[Any]:
            for frame in frames_of_all:
                if ["import", "bad", 1, 1] in frame["found"]:
                    raise ProcessEnded("crash")
                yield frame

        with real(self, name, *arguments) as frames_of_all:
            yield frames()

    monkeypatch.setattr(Isolation, "stream", stream)
    files = {f"bad{number}.py": f"import bad\nn = {number}\n" for number in range(ends)}
    factories.make_draft(owner, files={"a.py": "import good\n", **files, "c.py": "import good\n#"})
    _index_all()
    assert PackageFile.objects.count() == 4 + ends
    assert SymbolUse.objects.filter(symbol__name="good").count() == (2 if ends == 1 else 1)
    assert SourceFile.objects.filter(note__contains="too much memory").count() >= ends
    assert not SymbolUse.objects.filter(symbol__name="bad").exists()


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, b""),
        ({"files": [["a.py", "0" * 64, 1]], "lengths": {}, "bundled": [], "limits": []}, b""),
        ({"files": [], "lengths": {"0" * 64: 1}, "bundled": [], "limits": []}, b"x"),
        ({"files": [["\n", "0" * 64, 1]], "lengths": {"0" * 64: 1}}, b"x"),
        ({"files": [["a", "0" * 64, math.inf]], "lengths": {"0" * 64: 1}}, b"x"),
    ],
)
def test_a_package_whose_process_was_taken_over_is_named(
    owner: User, monkeypatch: pytest.MonkeyPatch, value: Any, data: bytes
) -> None:
    version = factories.make_draft(owner)
    monkeypatch.setattr(Isolation, "call", lambda *_, **__: Reply(value, data))
    assert indexing.index_version(version) == 1
    assert "takes too much" in version.indexed_packages.get().limits[0]
    assert not PackageFile.objects.exists()


def test_a_process_that_something_else_has_ended_is_tried_again(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = factories.make_draft(owner)

    def end(*_: Any, **__: Any) -> None:
        raise ProcessEnded("signal")

    monkeypatch.setattr(Isolation, "call", end)
    with pytest.raises(Unavailable):
        indexing.index_version(version)
    assert not version.indexed_packages.exists()
