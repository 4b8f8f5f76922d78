"""Storages for tests: a folder, a bucket of a real S3 server, and one behind a proxy with faults."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import create_loader

from extery_site.files.backends.base import FileStorage, get_storage
from extery_site.project.storage_address import StorageAddress
from tests.parts import require_part
from tests.services.s3 import ENVIRONMENT, FaultyProxy, S3Server, run_s3

UseBucket = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def _one_loader() -> Iterator[None]:
    """Let all clients share the descriptions of services, which boto3 reads for each: 0.1 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A running server without buckets."""
    with run_s3(require_part("rclone")) as server:
        yield server


@pytest.fixture
def use_bucket(
    s3_server: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[UseBucket]:
    """Store files in a new bucket, through this port if one is given."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    used: list[Any] = []

    def use(**options: Any) -> Any:
        bucket = f"bucket-{uuid.uuid4().hex[:12]}"
        s3_server.create_bucket(bucket)
        address = StorageAddress.parse(s3_server.address(bucket, **options))
        settings.STORAGES = {**settings.STORAGES, "default": address.django_settings()}
        used.append(get_storage())
        return used[-1]

    yield use
    for storage in used:
        storage.client.close()
        storage.short_client.close()


@pytest.fixture
def s3(use_bucket: UseBucket) -> Any:
    """The storage in a new bucket."""
    return use_bucket()


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[FaultyProxy]:
    """A proxy before the server."""
    proxy = FaultyProxy(s3_server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def faulty(proxy: FaultyProxy, use_bucket: UseBucket) -> Any:
    """The storage in a new bucket behind the proxy."""
    return use_bucket(port=proxy.port)


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.s3)])
def storage(request: pytest.FixtureRequest) -> FileStorage:
    """Each storage in turn."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    return get_storage()
