"""The metadata of a wheel: what it states, and the bill of materials that is made of it."""

from __future__ import annotations

import io
import json
import random

from extery.author.wheels.contents import WheelFacts
from extery.author.wheels.report import WheelsReport, check_wheels
from extery.author.wheels.sbom import Extension, bill_of_materials, to_text
from tests.fuzz.judge import check_problems
from tests.fuzz.mutate import mutated
from tests.zips.seeds import zipped

_NAME = "gears-1.0-py3-none-any.whl"
SEEDS = (
    b"Metadata-Version: 2.1\nName: gears\nVersion: 1.0\nSummary: Cuts gears\nLicense-Expression: MIT OR Apache-2.0\n",
    b"Name: gears\nVersion: 1.0\nLicense: BSD\nClassifier: License :: OSI Approved :: MIT License\nRequires-Python: >=3.9\n\ntext\n",
    "Name: gears\nSummary: =?utf-8?q?=C3=A9?=\nLicense: Größe\n continued\n".encode(),
)
TOKENS = (
    b"Name: ", b"Version: ", b"Summary: ", b"License: ", b"License-Expression: ", b"Classifier: ", b"License :: ", b" :: ", b"OSI Approved", b"Requires-Python: ", b"\n", b"\n ", b"\r\n", b":", b"=?utf-8?b?", b"?=",
    b"=?x?q?", b"MIT", b" AND ", b" OR ", b" WITH ", b"(", b")", b"GPL-3.0-or-later", b"UNKNOWN", b"LicenseRef-", b"\xff",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    return mutated(source, SEEDS, TOKENS, most=6)


def target(data: bytes) -> None:
    wheel = zipped({"gears/__init__.py": b"", "gears-1.0.dist-info/METADATA": data})
    package = zipped({"blender_manifest.toml": b"", f"wheels/{_NAME}": wheel})
    report = check_wheels(io.BytesIO(package), index=None, name="gears.zip")
    (facts,) = (one.facts for one in report.wheels)
    texts = (facts.name, facts.version, facts.summary, facts.license, facts.requires_python, *facts.license_names)  # fmt: skip
    assert all(len(text) <= 1_000 and text.isprintable() for text in texts), texts
    stored = json.dumps(report.as_dict(), ensure_ascii=False)
    stored.encode()
    assert WheelsReport.from_dict(json.loads(stored)) == report
    assert WheelFacts.from_dict(facts.as_dict()) == facts
    to_text(bill_of_materials(Extension("gears"), report)).encode()
    check_problems(report.problems)
