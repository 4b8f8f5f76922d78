"""A bill of materials follows CycloneDX 1.6, and the same package gives the same bytes.

The rules here are those of the JSON schema of CycloneDX 1.6 that a change could break; a document of every kind was checked
with the schema itself.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from extery.author.wheels.index import PackageIndex
from extery.author.wheels.paths import check_path_wheels
from extery.author.wheels.report import WheelsReport, check_wheels
from extery.author.wheels.sbom import Extension, bill_of_materials, extension_of, to_text
from extery.fetch import Fetcher
from tests.author.wheels.fake_index import built_wheel, serving_index
from tests.author.wheels.packages import (
    MANIFEST,
    PURE,
    advisory,
    gears,
    package_with,
    wheel_name,
    wheel_with,
    write_dump,
)

GEARS = Extension(
    "my_addon", "My Gears", "1.2.3", "add-on", "Ada Smith", ("SPDX:GPL-3.0-or-later",), "0" * 64
)
_SERIAL = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SEVERITIES = {"critical", "high", "medium", "low", "info", "none", "unknown"}


def report_of(package: io.BytesIO, **more: Any) -> WheelsReport:
    return check_wheels(package, index=None, name="my_addon.zip", **more)


def sbom(report: WheelsReport, extension: Extension = GEARS, **more: Any) -> dict[str, Any]:
    """Return the document as it is read back, after checking the rules of the format."""
    document: dict[str, Any] = json.loads(to_text(bill_of_materials(extension, report, **more)))
    check_rules(document)
    return document


def check_rules(document: dict[str, Any]) -> None:
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert _SERIAL.fullmatch(document["serialNumber"])
    subject = document["metadata"]["component"]
    components = [subject, *document["components"]]
    known = [component["bom-ref"] for component in components]
    known += [one["bom-ref"] for one in document.get("vulnerabilities", ())]
    assert len(known) == len(set(known))
    for component in components:
        assert component["type"] in ("application", "library")
        assert component["name"]
        licenses = component.get("licenses", [])
        assert len(licenses) == 1 or all("license" in one for one in licenses)
        assert "licenses" not in component or licenses
        for one in component.get("hashes", ()):
            assert one["alg"] == "SHA-256"
            assert re.fullmatch(r"[0-9a-f]{64}", one["content"])
        names = [one["name"] for one in component["properties"]]
        assert len(names) == len(set(names))
        assert all(isinstance(one["value"], str) for one in component["properties"])
    for dependency in document["dependencies"]:
        assert {dependency["ref"], *dependency.get("dependsOn", ())} <= set(known)
    assert len({one["ref"] for one in document["dependencies"]}) == len(document["dependencies"])
    for one in document.get("vulnerabilities", ()):
        assert {affected["ref"] for affected in one["affects"]} <= set(known)
        assert {rating["severity"] for rating in one["ratings"]} <= _SEVERITIES
        assert all(
            reference["id"] and reference["source"] for reference in one.get("references", ())
        )


def properties(component: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in component["properties"]}


def test_the_extension_is_the_subject_and_each_wheel_a_component() -> None:
    document = sbom(report_of(gears("1.0", "2.0")))

    subject = document["metadata"]["component"]
    assert (subject["name"], subject["version"], subject["hashes"]) == (
        "my_addon",
        "1.2.3",
        [{"alg": "SHA-256", "content": "0" * 64}],
    )
    assert subject["licenses"][0]["expression"] == "GPL-3.0-or-later"
    assert [one["version"] for one in document["components"]] == ["1.0", "2.0"]
    first = document["components"][0]
    assert first["purl"] == "pkg:pypi/gearlib@1.0?file_name=gearlib-1.0-py3-none-any.whl"
    assert document["dependencies"][0]["dependsOn"] == [
        one["bom-ref"] for one in document["components"]
    ]


def test_the_same_package_gives_the_same_bytes() -> None:
    texts = {to_text(bill_of_materials(GEARS, report_of(gears("1.0")))) for _ in range(3)}

    assert len(texts) == 1
    assert "timestamp" not in texts.pop()


def test_another_package_has_another_serial_number() -> None:
    serials = {sbom(report_of(gears(version)))["serialNumber"] for version in ("1.0", "2.0")}

    assert len(serials) == 2


def test_a_time_is_there_if_it_is_given() -> None:
    document = sbom(report_of(gears("1.0")), timestamp="2026-01-02T03:04:05Z")

    assert document["metadata"]["timestamp"] == "2026-01-02T03:04:05Z"


def test_licences_are_expressions_or_names() -> None:
    wheels = {
        wheel_name("aa"): wheel_with("License-Expression: MIT OR Apache-2.0", name="aa"),
        wheel_name("bb"): wheel_with(
            "License: Own\nClassifier: License :: OSI Approved :: MIT License", name="bb"
        ),
        wheel_name("cc"): wheel_with("", name="cc"),
    }

    first, second, third = sbom(report_of(package_with(wheels)))["components"]

    assert [one["expression"] for one in first["licenses"]] == ["MIT OR Apache-2.0"]
    assert [one["license"]["name"] for one in second["licenses"]] == ["Own", "MIT License"]
    assert "licenses" not in third


@pytest.mark.parametrize(
    ("licenses", "expected"),
    [
        (("SPDX:MIT", "SPDX:Apache-2.0 OR MIT"), [{"expression": "MIT AND (Apache-2.0 OR MIT)"}]),
        (("SPDX:MIT", "my own"), [{"name": "SPDX:MIT"}, {"name": "my own"}]),
    ],
)
def test_several_licences_of_an_extension_apply_together(
    licenses: tuple[str, ...], expected: list[dict[str, str]]
) -> None:
    subject = sbom(report_of(gears()), GEARS._replace(licenses=licenses))["metadata"]["component"]

    found = [one.get("license", one) for one in subject["licenses"]]
    assert [{k: v for k, v in one.items() if k != "acknowledgement"} for one in found] == expected


def test_the_verdict_of_the_index_is_a_property() -> None:
    forged = wheel_with("Summary: not the same")
    with serving_index() as fake, Fetcher() as fetcher:
        fake.add("gearlib", "1.0", yanked=True)
        index = PackageIndex(fetcher, fake.url)
        report = check_wheels(package_with({wheel_name("gearlib"): forged}), index=index)

    found = properties(sbom(report)["components"][0])

    assert found["extery:index:verdict"] == "other_bytes"
    assert found["extery:index:yanked"] == "true"
    assert len(found["extery:index:sha256"]) == 64


def test_a_vulnerability_is_listed_once_with_all_wheels(tmp_path: Path) -> None:
    tags = ("cp311-cp311-win_amd64", "cp313-cp313-win_amd64")
    wheels = {wheel_name("gearlib", "1.0", tag): built_wheel("gearlib", "1.0", tag) for tag in tags}
    dump = write_dump(tmp_path / "all.zip", [advisory(aliases=["CVE-2026-7"])])

    document = sbom(report_of(package_with(wheels), osv=dump, cache=tmp_path))

    (found,) = document["vulnerabilities"]
    assert (found["id"], len(found["affects"])) == ("PYSEC-2026-1", 2)
    assert found["references"][0]["id"] == "CVE-2026-7"
    assert found["recommendation"] == "Use gearlib 1.5 or newer."


def test_without_a_dump_nothing_is_said_about_vulnerabilities(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "all.zip", [advisory("PYSEC-1", "cogs")])

    assert "vulnerabilities" not in sbom(report_of(gears("1.0")))
    assert sbom(report_of(gears("1.0"), osv=dump, cache=tmp_path))["vulnerabilities"] == []


@pytest.mark.parametrize(
    "name",
    [
        "gear lib-1.0-py3-none-any.whl",
        "a&b=c#d%2f-1.0+x-py3-none-any.whl",
        "no-name.whl",
        ".whl",
        "gеars-1.0-py3-none-any.whl",
    ],
)
def test_hostile_names_give_a_valid_document(name: str) -> None:
    document = sbom(report_of(package_with({name: b"no wheel"})))

    (component,) = document["components"]
    assert component["bom-ref"] == f"wheel:wheels/{name}"
    purl = component.get("purl", "pkg:pypi/none")
    assert re.fullmatch(r"pkg:pypi/[\w.%-]+(@[\w.%-]+)?(\?file_name=[\w.%~-]+)?", purl, re.ASCII)


def test_a_manifest_of_other_types_gives_a_valid_document() -> None:
    extension = extension_of({"id": 3, "name": ["x"], "license": "MIT", "version": None})

    subject = sbom(report_of(gears("1.0")), extension)["metadata"]["component"]

    assert (subject["name"], "licenses" in subject, "hashes" in subject) == (
        "unknown",
        False,
        False,
    )


def test_a_package_and_its_folder_list_the_same_wheels(tmp_path: Path) -> None:
    package = tmp_path / "my_addon.zip"
    data = gears("1.0")
    package.write_bytes(data.getvalue())
    folder = tmp_path / "my_addon"
    (folder / "wheels").mkdir(parents=True)
    name = wheel_name("gearlib")
    listed = f'wheels = ["./wheels/{name}"]\n'
    (folder / "blender_manifest.toml").write_text(MANIFEST + listed, "utf-8")
    (folder / "__init__.py").write_bytes(b"")
    (folder / "wheels" / name).write_bytes(built_wheel("gearlib", "1.0", PURE))

    both = [check_path_wheels(path) for path in (package, folder)]

    first, second = (one.report.wheels for one in both)
    assert first == second
    assert both[0].extension == both[1].extension._replace(sha256=both[0].extension.sha256)
    assert len(both[0].extension.sha256) == 64
