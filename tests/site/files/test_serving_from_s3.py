"""``extery serve`` with its files on a real S3 server: the start, an upload over HTTP, a download, no server."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts import free_port
from tests.services.s3 import ENVIRONMENT, S3Server
from tests.site.packages import package
from tests.site.project.server.running import ask, create_token, form, run_script, serving

#: Make the uploaded version public, without a review, and print where it is downloaded.
PUBLISH = """
from extery_site.catalog.models import Package, Version
Version.objects.update(status="approved")
print(Package.objects.get().download_path)
"""

pytestmark = [pytest.mark.s3, pytest.mark.slow]


def test_a_site_stores_its_files_on_s3(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3_server.create_bucket("served")
    data, sha256 = package(), hashlib.sha256(package()).hexdigest()
    for name, value in {**ENVIRONMENT, "EXTERY_STORAGE": s3_server.address("served")}.items():
        monkeypatch.setenv(name, value)
    with serving(tmp_path / "data") as site:
        response, body = ask(
            site,
            "POST",
            "/api/v1/packages/",
            form(data),
            Authorization=f"Bearer {create_token(site)}",
            Content_Type="multipart/form-data; boundary=x",
        )
        assert response.status == 201, body
        assert json.loads(body)["sha256"] == sha256
        assert site.media == []
        path = run_script(site, PUBLISH).split()[-1]
        response, body = ask(site, "GET", path)
        assert (response.status, body) == (200, data)
        response, body = ask(site, "GET", path, Range="bytes=10-")
        assert (response.status, body) == (206, data[10:])
        assert ask(site, "HEAD", path)[0].headers["Content-Length"] == str(len(data))
    client = s3_server.client()
    [item] = client.list_objects_v2(Bucket="served")["Contents"]
    client.close()
    assert item["Key"] == f"site/packages/{sha256[:2]}/{sha256}.zip"
    assert item["Size"] == len(data)


def test_a_server_with_an_unusable_storage_does_not_start(
    tmp_path: Path,
) -> None:
    address = f"s3://bucket?endpoint=http://127.0.0.1:{free_port()}&timeout=1"
    result = subprocess.run(
        [sys.executable, "-m", "extery", "serve", "--port", "0"],
        env={
            **os.environ,
            **ENVIRONMENT,
            "EXTERY_DATA": str(tmp_path),
            "EXTERY_STORAGE": address,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 1
    assert "setting.storage" in result.stderr
    assert "s3://bucket" in result.stderr
    assert "Traceback" not in result.stderr
    assert ENVIRONMENT["AWS_SECRET_ACCESS_KEY"] not in result.stderr
