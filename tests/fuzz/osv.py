"""A file of a dump of OSV: its advisories, and which versions they are about."""

from __future__ import annotations

import json
import random

from packaging.version import Version

from extery.author.wheels.osv_entries import Advisory, read_entries
from extery.author.wheels.severity import LEVELS
from extery.author.wheels.vulnerabilities import Vulnerability, find_vulnerabilities
from tests.fuzz.mutate import mutated, mutated_json

_ENTRY = {
    "id": "PYSEC-2026-1",
    "modified": "2026-02-03T04:05:06Z",
    "withdrawn": None,
    "aliases": ["CVE-2026-10001", "GHSA-aaaa-bbbb-cccc"],
    "summary": "Code of a gear file is run",
    "details": "Long\ntext",
    "severity": [
        {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
        {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"},
    ],
    "database_specific": {"severity": "HIGH"},
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "gearlib", "purl": "pkg:pypi/gearlib"},
            "ranges": [
                {
                    "type": "ECOSYSTEM",
                    "events": [
                        {"introduced": "0"},
                        {"fixed": "1.2"},
                        {"introduced": "1.5rc1"},
                        {"last_affected": "1.6"},
                        {"limit": "*"},
                    ],
                },
                {"type": "GIT", "repo": "x", "events": [{"introduced": "abc"}]},
            ],
            "versions": ["1.0", "1.1+local", "1!2"],
            "database_specific": {
                "indicators": {"package_integrity": [{"hashes": {"sha256": "0" * 64}}]}
            },
        }
    ],
}
_SMALL = json.dumps(_ENTRY).encode()
SEEDS = (_SMALL, json.dumps({"vulns": [_ENTRY]}).encode(), json.dumps([_ENTRY, _ENTRY]).encode())
TOKENS = (
    b'"introduced": ', b'"fixed": ', b'"last_affected": ', b'"limit": ', b'"0"', b'"1.0"', b'"1!2.0.dev1+x"', b'"*"', b'"versions": ', b'"ranges": ', b'"events": ', b'"affected": ', b'"severity": ', b"[", b"]",
    b"{", b"}", b",", b"null", b"CVSS:3.1/", b"/S:C", b"MAL-",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    if source.random() < 0.7:
        return mutated_json(source, list(SEEDS))
    return mutated(source, SEEDS, TOKENS, most=4)


def target(data: bytes) -> None:
    try:
        found = list(read_entries(data))
    except ValueError:  # documented
        return
    advisories = []
    for project, advisory, modified in found:
        json.dumps([project, modified], ensure_ascii=False).encode()
        advisories.append(Advisory.from_json(advisory.to_json()))
        assert advisories[-1] == advisory
        advisory.affects(Version("1.0+local"))
    for version in ("1.1", "not a version", "1!0.dev1"):
        for one in find_vulnerabilities(advisories, "gearlib", version):
            text = json.dumps(one.as_dict(), ensure_ascii=False)
            text.encode()
            assert Vulnerability.from_dict(json.loads(text)) == one
            assert one.level in LEVELS
