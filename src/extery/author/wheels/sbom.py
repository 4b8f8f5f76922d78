"""The parts of an extension as a bill of materials: CycloneDX 1.6 as JSON (cyclonedx.org/docs/1.6/json).

The extension is the subject, each wheel a component. The same package gives the same bytes: nothing is random, and there is a
time only if one is given.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from extery import __version__
from extery.author.wheels.checked_wheel import CheckedWheel
from extery.author.wheels.report import WheelsReport
from extery.author.wheels.vulnerabilities import Vulnerability
from extery.core.licenses import canonical_expression

_SUBJECT = "extension"
_PREFIX = "extery:"
_MAX_TEXT = 300


class Extension(NamedTuple):
    """What a manifest states about an extension, for a list of its parts; texts may be empty.

    ``sha256`` (64 lower-case hex digits) is that of the package, empty for a folder.
    """

    id: str
    name: str = ""
    version: str = ""
    type: str = ""
    maintainer: str = ""
    licenses: tuple[str, ...] = ()
    sha256: str = ""


def extension_of(table: Mapping[str, Any]) -> Extension:
    """Return what a manifest states, which may be invalid: values of other types are left out."""

    def text(name: str) -> str:
        value = table.get(name)
        return value[:_MAX_TEXT] if isinstance(value, str) else ""

    listed = table.get("license")
    licenses = (
        tuple(one[:_MAX_TEXT] for one in listed if isinstance(one, str))
        if isinstance(listed, list)
        else ()
    )
    return Extension(
        text("id"), text("name"), text("version"), text("type"), text("maintainer"), licenses
    )


def bill_of_materials(
    extension: Extension, report: WheelsReport, *, timestamp: str = ""
) -> dict[str, Any]:
    """Return the document; ``timestamp`` is the time of its creation as ISO 8601, empty for none."""
    metadata: dict[str, Any] = {
        "lifecycles": [{"phase": "post-build" if extension.sha256 else "pre-build"}],
        "tools": {
            "components": [{"type": "application", "name": "extery", "version": __version__}]
        },
        "component": _subject(extension),
        "properties": list(_properties(_about(report))),
    }
    if timestamp:
        metadata = {"timestamp": timestamp, **metadata}
    references = {wheel.path: f"wheel:{wheel.path}" for wheel in report.wheels}
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": metadata,
        "components": [_component(wheel) for wheel in report.wheels],
        "dependencies": [
            {"ref": _SUBJECT, "dependsOn": list(references.values())},
            *({"ref": reference} for reference in references.values()),
        ],
    }
    if report.dump is not None:
        document["vulnerabilities"] = list(_vulnerabilities(report.wheels))
    content = json.dumps(document, sort_keys=True)
    return {"serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}", **document}


def to_text(document: dict[str, Any]) -> str:
    """Return a document as JSON for a file, with a line break at its end."""
    order = ("$schema", "bomFormat", "specVersion", "serialNumber")
    ordered = {name: document[name] for name in order} | document
    return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"


def _subject(extension: Extension) -> dict[str, Any]:
    subject: dict[str, Any] = {
        "type": "application",
        "bom-ref": _SUBJECT,
        "name": extension.id or "unknown",
    }
    if extension.version:
        subject["version"] = extension.version
    if extension.name:
        subject["description"] = extension.name
    if extension.maintainer:
        subject["authors"] = [{"name": extension.maintainer}]
    if extension.sha256:
        subject["hashes"] = [{"alg": "SHA-256", "content": extension.sha256}]
    expressions = [canonical_expression(text) for text in extension.licenses]
    if expressions and all(expressions):
        joined = " AND ".join(
            f"({one})" if " " in str(one) and expressions[1:] else str(one) for one in expressions
        )
        subject["licenses"] = _licenses(joined, ())
    elif expressions:
        subject["licenses"] = _licenses("", extension.licenses)
    subject["properties"] = list(_properties({"extension:type": extension.type}))
    return subject


def _about(report: WheelsReport) -> dict[str, object]:
    dump = report.dump
    return {
        "index": report.index_url,
        "osv:sha256": dump.sha256 if dump else "",
        "osv:modified": dump.modified if dump else "",
        "complete": "" if report.is_complete else "false",
    }


def _component(wheel: CheckedWheel) -> dict[str, Any]:
    facts, verdict = wheel.facts, wheel.verdict
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"wheel:{wheel.path}",
        "name": wheel.library or wheel.filename,
        "version": wheel.version,
        "hashes": [{"alg": "SHA-256", "content": wheel.sha256}],
        "purl": _purl(wheel),
    }
    if facts.summary:
        component["description"] = facts.summary
    if facts.license or facts.license_names:
        component["licenses"] = _licenses(facts.license, facts.license_names)
    about: dict[str, object] = {
        "path": wheel.path,
        "size": wheel.size,
        "requires-python": facts.requires_python,
        "modules": " ".join(facts.modules),
        "native-files": len(facts.native_files) or "",
        "error": facts.error,
    }
    if verdict is not None:
        about |= {
            "index:verdict": verdict.kind,
            "index:reason": verdict.reason,
            "index:url": verdict.index_url,
            "index:sha256": verdict.index_sha256,
            "index:filename": verdict.index_filename,
            "index:yanked": "true" if verdict.yanked else "",
        }
    component["properties"] = list(_properties(about))
    return {name: value for name, value in component.items() if value != ""}


def _purl(wheel: CheckedWheel) -> str:
    """Return the package URL of a wheel (type ``pypi``); empty without a name."""
    if not wheel.library:
        return ""
    version = f"@{quote(wheel.version, safe='')}" if wheel.version else ""
    return f"pkg:pypi/{quote(wheel.library, safe='')}{version}?file_name={quote(wheel.filename, safe='')}"


def _licenses(expression: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return licences: one expression, or names. The two cannot be mixed."""
    if expression:
        return [{"expression": expression, "acknowledgement": "declared"}]
    return [{"license": {"name": name, "acknowledgement": "declared"}} for name in names]


def _properties(values: dict[str, object]) -> Iterator[dict[str, str]]:
    for name, value in values.items():
        if value != "":
            yield {"name": f"{_PREFIX}{name}", "value": str(value)}


def _vulnerabilities(wheels: Sequence[CheckedWheel]) -> Iterator[dict[str, Any]]:
    """Yield each vulnerability once, with all wheels that it affects."""
    affected: dict[Vulnerability, list[str]] = {}
    for wheel in wheels:
        for one in wheel.vulnerabilities:
            affected.setdefault(one, []).append(f"wheel:{wheel.path}")
    for one, references in affected.items():
        found: dict[str, Any] = {
            "bom-ref": f"vulnerability:{one.library}@{one.version}:{one.id}",
            "id": one.id,
            "source": {"name": "OSV", "url": one.url},
            "references": [_reference(name) for name in one.aliases],
            "ratings": [{"severity": one.level}],
            "description": one.summary,
            "recommendation": f"Use {one.library} {one.fixed_in} or newer." if one.fixed_in else "",
            "affects": [{"ref": reference} for reference in references],
        }
        yield {name: value for name, value in found.items() if value not in ("", [])}


def _reference(name: str) -> dict[str, Any]:
    url = f"https://osv.dev/vulnerability/{quote(name, safe='')}"
    return {"id": name, "source": {"name": "OSV", "url": url}}
