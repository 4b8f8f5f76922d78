"""The backend for a bucket of an S3 server, with django-storages and boto3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
from storages.backends.s3 import S3Storage

from extery.core.cached_property import cached_property
from extery.core.errors import ExteryError, Unavailable, Where
from extery_site.files.backends.base import ListedFile, OpenedFile
from extery_site.files.backends.s3_reader import S3Reader
from extery_site.project.storage_address import StorageAddress

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
#: Error codes of servers that have no unfinished uploads, or cannot list them.
_NO_UPLOADS = frozenset({"NoSuchUpload", "NotImplemented"})
#: Seconds for a connection, and for a response while the database is locked: all attempts together
#: take less than the 20 seconds that other transactions wait for a lock.
_SHORT_TIMEOUT = 5
_SHORT_ATTEMPTS = 2
#: Attempts of one request, with an exponential back-off in between.
_ATTEMPTS = 3
_PART_SIZE = 16 << 20
_CONNECTIONS = 32
_READ_AHEAD = 1 << 20
_FAILURES = (BotoCoreError, ClientError, Boto3Error, HTTPClientError)


class S3FileStorage(S3Storage):  # type: ignore[misc]  # it has no types
    """django-storages' storage in the bucket and below the prefix of an address."""

    is_local = False

    def __init__(self, address: StorageAddress) -> None:
        self.address = address
        super().__init__(
            bucket_name=address.bucket,
            location=address.prefix,
            endpoint_url=address.endpoint or None,
            region_name=address.region or None,
            default_acl=None,
            client_config=_client_config(address),  # of the parts of django-storages
            transfer_config=TransferConfig(
                multipart_threshold=_PART_SIZE, multipart_chunksize=_PART_SIZE, max_concurrency=2
            ),
        )

    @cached_property
    def client(self) -> Any:
        """The client for files: unlike the resources of boto3, threads can share it."""
        return self._create_client(_client_config(self.address))

    @cached_property
    def short_client(self) -> Any:
        """The client for requests that are made while the database is locked."""
        return self._create_client(_client_config(self.address, is_short=True))

    def _create_client(self, config: Config) -> Any:
        # The usual chain of boto3: variables, profiles, the role of the machine.
        session = boto3.Session()
        return session.client(
            "s3",
            region_name=self.address.region or session.region_name or "us-east-1",
            endpoint_url=self.address.endpoint or None,
            config=config,
        )

    def check(self) -> None:
        """Raise `Unavailable` with the reason and a cure if the bucket cannot be used."""
        try:
            self.client.head_bucket(Bucket=self.address.bucket)
            self.client.list_objects_v2(Bucket=self.address.bucket, Prefix=self._key(""), MaxKeys=1)
        except _FAILURES as error:
            raise _unusable(self.address, error) from error

    def put(self, source: Path, name: str, *, media_type: str) -> None:
        """Upload a file. The object appears when it is complete; a failure aborts the upload."""
        with self._translated_errors():
            self.client.upload_file(
                str(source),
                self.address.bucket,
                self._key(name),
                ExtraArgs={"ContentType": media_type},
                Config=self.transfer_config,
            )

    def open_range(self, name: str, start: int = 0, stop: int | None = None) -> OpenedFile:
        """Open an object or a part of it; raises `FileNotFoundError`."""
        try:
            reader = S3Reader(lambda offset, end: self._get(name, offset, end), start, stop)
        except EOFError:
            return OpenedFile(io.BytesIO(), self.find_size(name) or 0)
        stream = cast("BinaryIO", io.BufferedReader(reader, _READ_AHEAD))
        return OpenedFile(stream, reader.size)

    def find_size(self, name: str) -> int | None:
        """The size in bytes; ``None`` if there is no such object."""
        try:
            with self._translated_errors():
                head = self.short_client.head_object(
                    Bucket=self.address.bucket, Key=self._key(name)
                )
        except FileNotFoundError:
            return None
        return int(head["ContentLength"])

    def delete(self, name: str) -> None:
        """Delete an object, if there is one."""
        with self._translated_errors():
            self.short_client.delete_object(Bucket=self.address.bucket, Key=self._key(name))

    def list_files(self, folder: str) -> Iterator[ListedFile]:
        """List the objects below a folder, a thousand with each request."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.address.bucket, Prefix=self._key(folder) + "/"
        )
        base = len(self._key(""))
        with self._translated_errors():
            for page in pages:
                for item in page.get("Contents", ()):
                    yield ListedFile(item["Key"][base:], item["Size"], item["LastModified"])

    def abort_unfinished(self, before: datetime) -> int:
        """Abort multipart uploads that a killed process started and never finished."""
        pages = self.client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.address.bucket, Prefix=self._key("")
        )
        with self._translated_errors():
            try:
                uploads = [upload for page in pages for upload in page.get("Uploads", ())]
            except ClientError as error:
                if _code(error) in _NO_UPLOADS:
                    return 0
                raise
            old = [upload for upload in uploads if upload["Initiated"] < before]
            for upload in old:
                self.client.abort_multipart_upload(
                    Bucket=self.address.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
        return len(old)

    def _get(self, name: str, start: int, stop: int | None) -> dict[str, Any]:
        last = "" if stop is None else stop - 1
        arguments = {"Range": f"bytes={start}-{last}"} if start or stop is not None else {}
        with self._translated_errors():
            response: dict[str, Any] = self.client.get_object(
                Bucket=self.address.bucket, Key=self._key(name), **arguments
            )
        return response

    def _key(self, name: str) -> str:
        return f"{self.address.prefix}/{name}" if self.address.prefix else name

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            if _code(error) in _MISSING:
                raise FileNotFoundError(str(error)) from error
            if _status(error) == 416:
                raise EOFError(str(error)) from error
            raise Unavailable.of("storage.unavailable", **_cause(error)) from error
        except _FAILURES as error:
            raise Unavailable.of("storage.unavailable", **_cause(error)) from error


def _client_config(address: StorageAddress, *, is_short: bool = False) -> Config:
    timeout = min(address.timeout, _SHORT_TIMEOUT) if is_short else address.timeout
    attempts = _SHORT_ATTEMPTS if is_short else _ATTEMPTS
    return Config(
        connect_timeout=min(timeout, _SHORT_TIMEOUT),
        read_timeout=timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=_CONNECTIONS,
        # Many servers other than Amazon's lack checksums in trailers. The signature covers the
        # bytes instead, also over HTTPS.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={
            "addressing_style": address.addressing,
            "payload_signing_enabled": True,
        },
    )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _cause(error: Exception) -> dict[str, Any]:
    """Return variant and values of ``storage.unavailable``, without the address of the server."""
    if isinstance(error, ClientError):
        status, code = str(_status(error)), _code(error)
        return {
            "variant": "answer",
            "answer": status if code == status else f"{status} ({code})",
        }
    if isinstance(error, NoCredentialsError):
        return {"variant": "no-credentials"}
    return {"variant": "no-answer", "error": type(error).__name__}


#: Variants of ``setting.storage`` by the status of a response.
_HINTS = {301: "wrong-region", 403: "forbidden", 404: "no-bucket"}


def _unusable(address: StorageAddress, error: Exception) -> ExteryError:
    cause = _cause(error)
    if isinstance(error, ClientError):
        cause["variant"] = _HINTS.get(_status(error), "")
    return Unavailable.of(
        "setting.storage",
        where=Where("environment", ("EXTERY_STORAGE",)),
        storage=str(address),
        bucket=address.bucket,
        **cause,
    )
