"""Storage addresses: their settings, and errors of invalid ones."""

from __future__ import annotations

from typing import Any

import pytest

from extery.core.errors import Unavailable
from extery_site.project import storage_address
from extery_site.project.database_address import redact
from extery_site.project.invalid_setting import InvalidSetting
from extery_site.project.storage_address import StorageAddress, require_libraries
from tests.site.project.reasons import reason


def test_without_an_address_files_are_stored_in_a_folder() -> None:
    address = StorageAddress.parse("")
    assert not address.is_s3
    assert address.django_settings() == {
        "BACKEND": "extery_site.files.backends.folder.FolderStorage"
    }


def test_an_address_names_bucket_prefix_endpoint_region_addressing_and_timeout() -> None:
    text = (
        "s3://my-bucket/a/b_c?endpoint=http://127.0.0.1:9000/&region=eu-1&addressing=path&timeout=7"
    )
    address = StorageAddress.parse(text)
    assert address == StorageAddress(
        "my-bucket", "a/b_c", "http://127.0.0.1:9000", "eu-1", "path", 7
    )
    assert str(address) == "s3://my-bucket/a/b_c at http://127.0.0.1:9000"
    settings = address.django_settings()
    assert settings["BACKEND"] == "extery_site.files.backends.s3.S3FileStorage"
    assert settings["OPTIONS"] == {"address": address}


def test_all_but_the_bucket_may_be_left_out() -> None:
    for text in ("s3://bucket", "s3://bucket/"):
        assert StorageAddress.parse(text) == StorageAddress("bucket")
    assert str(StorageAddress("bucket")) == "s3://bucket"
    assert StorageAddress("bucket").timeout == 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bucket", "scheme"),
        ("/srv/media", "scheme"),
        ("https://s3.example.org/bucket", "scheme"),
        ("s3:bucket", "scheme"),
        ("s3://", "bucket"),
        ("s3:///prefix", "bucket"),
        ("s3://Bucket", "bucket"),
        ("s3://bucket:9000", "bucket"),
        ("s3://key:s3cret@bucket", "AWS_ACCESS_KEY_ID"),
        ("s3://bucket/a//b", "prefix"),
        ("s3://bucket/../b", "prefix"),
        ("s3://bucket/a%2F..%2Fb", "prefix"),
        ("s3://bucket/a%00", "prefix"),
        ("s3://bucket/a b", "prefix"),
        ("s3://bucket/a#b", "#"),
        ("s3://bucket?zone=x", "not one of endpoint, region"),
        ("s3://bucket?region=a&region=b", "twice"),
        ("s3://bucket?region=", "region"),
        ("s3://bucket?addressing=host", "auto, path, virtual"),
        ("s3://bucket?timeout=0", "1 to 600"),
        ("s3://bucket?timeout=1e3", "1 to 600"),
        ("s3://bucket?timeout=601", "1 to 600"),
        ("s3://bucket?endpoint=s3.example.org", "http(s)://host:port"),
        ("s3://bucket?endpoint=ftp://s3.example.org", "http(s)://host:port"),
        ("s3://bucket?endpoint=http://s3.example.org:x", "http(s)://host:port"),
        ("s3://bucket?endpoint=http://key:s3cret@s3.example.org", "more than"),
        ("s3://bucket?endpoint=http://s3.example.org/path", "more than"),
    ],
)
def test_an_invalid_address_has_a_reason(text: str, expected: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        StorageAddress.parse(text)
    assert expected in reason(caught.value)
    assert "s3cret" not in f"{caught.value} {caught.value.values}"


def test_credentials_in_an_address_are_not_shown() -> None:
    assert "s3cret" not in redact("s3://key:s3cret@bucket/prefix")


@pytest.mark.parametrize("missing", ["boto3", "storages"])
def test_the_error_for_missing_libraries_has_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def find(name: str) -> Any:
        return None if name == missing else object()

    monkeypatch.setattr(storage_address, "find_spec", find)
    require_libraries(StorageAddress.parse(""))
    with pytest.raises(Unavailable) as caught:
        require_libraries(StorageAddress.parse("s3://bucket"))
    assert caught.value.code == "usage.s3-missing"
    assert caught.value.problems[0].hint.startswith("pip install 'extery[site,s3]', or ")
