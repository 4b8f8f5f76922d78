"""Versions that wait for review, so that the queue shows every state: new authors, claims, late ones.

An update is the approved package with other lines in its manifest and more files.
"""

from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.utils import timezone

from extery.author.build.execute import build
from extery_demo.notifications import set_notification_dates
from extery_demo.pictures.canvas import Canvas
from extery_demo.wheels import write_wheel
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.files import storage
from extery_site.moderation import claims, risk, waiting
from extery_site.moderation import decisions as moderation
from extery_site.moderation.changes import approved_before
from extery_site.moderation.models import Claim
from extery_site.moderation.package_changes import measure
from extery_site.publish import actions as publish

_NEW_MANIFEST = """\
schema_version = "1.0.0"
id = "{id}"
version = "{number}"
name = "{name}"
tagline = "{tagline}"
maintainer = "{maintainer}"
type = "add-on"
tags = ["Mesh"]
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""

_COURIER = '''\
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the selected mesh to the address that a colleague gave you."""

import json
import urllib.request

import bpy
from bpy.props import StringProperty

DESK = "https://desk.mesh-courier.example/parcels"


def parcel(mesh):
    """The points and faces of a mesh as JSON."""
    points = [tuple(round(number, 5) for number in vertex.co) for vertex in mesh.vertices]
    faces = [list(face.vertices) for face in mesh.polygons]
    return json.dumps({"points": points, "faces": faces}).encode()


class SendMesh(bpy.types.Operator):
    """Send the active mesh"""

    bl_idname = "mesh.courier_send"
    bl_label = "Send Mesh"

    address: StringProperty(name="To")

    def execute(self, context):
        if not bpy.app.online_access:
            self.report({"ERROR"}, "Allow online access in the preferences first")
            return {"CANCELLED"}
        request = urllib.request.Request(
            f"{DESK}/{self.address}", data=parcel(context.object.data), method="PUT"
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            self.report({"INFO"}, f"Delivered, {answer.status}")
        return {"FINISHED"}


def register():
    bpy.utils.register_class(SendMesh)


def unregister():
    bpy.utils.unregister_class(SendMesh)
'''

_LOOM = '''\
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names objects after their collection."""

import bpy


class NameAll(bpy.types.Operator):
    """Name the objects of a collection after it"""

    bl_idname = "object.l00m_name"
    bl_label = "Name Objects"

    def execute(self, context):
        for number, item in enumerate(context.collection.objects, start=1):
            item.name = f"{context.collection.name} {number}"
        return {"FINISHED"}


def register():
    bpy.utils.register_class(NameAll)


def unregister():
    bpy.utils.unregister_class(NameAll)
'''

_STATIONS = '''\
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the weather station nearest to a place how cloudy its sky is."""

import json
import urllib.request

STATIONS = "https://stations.sky-dial.example/nearest"


def cloudiness(latitude, longitude):
    """From 0, clear, to 1; 0 if no station answers."""
    address = f"{STATIONS}?lat={latitude:.1f}&lon={longitude:.1f}"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return float(json.load(answer)["cloudiness"])
    except OSError:
        return 0.0
'''

_SHAPES = '''\
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of stones: how flat and how round they are."""

SHAPES = {
    "river": (0.55, 0.9),
    "beach": (0.4, 0.95),
    "quarry": (0.85, 0.2),
}


def shape_of(name):
    """Flatness and roundness, those of the river for an unknown name."""
    return SHAPES.get(name, SHAPES["river"])
'''


@dataclass(frozen=True)
class WaitingVersion:
    """A version in the queue. Times are in days before the site is seeded."""

    id: str
    owner: str
    number: str
    submitted: float
    notes: str
    files: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)
    wheel: str = ""
    """The name of a wheel to add."""
    name: str = ""
    """The name of a new extension; empty for an update."""
    tagline: str = ""
    returned: float = 0.0
    """When changes were requested; 0 if they were not."""
    reason: str = ""
    claimed_by: str = ""


VERSIONS = (
    WaitingVersion(
        "mesh_courier",
        "bela",
        "0.9.0",
        2.05,
        "The first version that I dare to show.",
        {"__init__.py": _COURIER},
        {"network": "Sends the mesh that you choose to the address that you type"},
        name="Mesh Courier",
        tagline="Hand a mesh to a colleague without saving a file",
    ),
    WaitingVersion(
        "l00m",
        "quickaddons7",
        "1.0.0",
        1.3,
        "Fast naming for everyone!",
        {"__init__.py": _LOOM},
        name="L00m",
        tagline="Names objects after their collection",
    ),
    WaitingVersion(
        "sky_dial",
        "aino",
        "1.1.0",
        3.6,
        "Clouds: the sun is softer when the nearest weather station reports them.",
        {"stations.py": _STATIONS},
        {"network": "Asks a weather station how cloudy the sky is"},
        wheel="solar_terms",
        claimed_by="moderator",
    ),
    WaitingVersion(
        "pebble_scatter",
        "kenji",
        "1.2.0",
        0.8,
        "Three shapes of stones.",
        {"shapes.py": _SHAPES},
    ),
    WaitingVersion(
        "pose_echo",
        "tove",
        "2.1.0",
        1.25,
        "Echoes can be saved beside the blend file.",
        {"store.py": "# SPDX-License-Identifier: GPL-3.0-or-later\nFOLDER = '//echoes'\n"},
        {"files": "Saves echoes"},
        returned=0.75,
        reason="The reason for *files* should say where: please write that echoes are saved beside the blend file.",
        claimed_by="imani",
    ),
    WaitingVersion("riso_room", "luz", "2.1.2", 0.2, "The names of the inks, corrected."),
    WaitingVersion("paper_lantern", "luz", "2.2.2", 0.1, "A better contrast of the outliner."),
)


def add_waiting_versions(users: Mapping[str, User], work_dir: Path) -> None:
    """Submit the versions, then set their times, waiting times, risks and claims."""
    now = timezone.now()
    for planned in VERSIONS:
        version = _submit(planned, users[planned.owner], work_dir)
        if planned.returned:
            moderation.request_changes(
                version=version,
                packages=version.package_hashes,
                by=users["imani"],
                reason=planned.reason,
            )
        _set_times(planned, version, now)
        entry = waiting.rebuild(version)
        assert entry is not None
        entry.version = version
        risk.refresh(entry, measure(version, approved_before(version)))
        if planned.claimed_by:
            claim = claims.claim(version=version, by=users[planned.claimed_by])
            Claim.objects.filter(pk=claim.pk).update(claimed_at=now - timedelta(minutes=25))


def _submit(planned: WaitingVersion, owner: User, work_dir: Path) -> Version:
    source = work_dir / f"{planned.id}-{planned.number}-waiting"
    _write_source(planned, owner, source)
    (package,) = build(source, output_dir=work_dir)
    draft = publish.receive_upload(
        file=io.BytesIO(package.path.read_bytes()),
        name=package.path.name,
        user=owner,
        release_notes=planned.notes,
    )
    if planned.name:
        publish.update_draft(
            extension=draft.extension,
            by=owner,
            description=f"{planned.tagline}.\n\n{planned.notes}",
            image=io.BytesIO(_draw_image(planned.id)),
            alt_text="Two points and the way between them",
        )
    return publish.submit(version=draft.version, by=owner)


def _write_source(planned: WaitingVersion, owner: User, to: Path) -> None:
    to.mkdir()
    if planned.name:
        text = _NEW_MANIFEST.format(
            id=planned.id,
            number=planned.number,
            name=planned.name,
            tagline=planned.tagline,
            maintainer=owner.display_name,
        )
    else:
        published = Extension.objects.get(extension_id=planned.id).newest_version
        assert published is not None
        package = published.packages.select_related("file").earliest("pk")
        with storage.open_file(package.file) as file, ZipFile(file) as archive:
            archive.extractall(to)
        text = (to / "blender_manifest.toml").read_text(encoding="utf-8")
    manifest = tomllib.loads(text)
    manifest["version"] = planned.number
    if planned.permissions:
        manifest["permissions"] = dict(planned.permissions)
    if planned.wheel:
        wheel = write_wheel(
            to / "wheels", name=planned.wheel, version="1.0.0", tag="py3-none-any", module=b"\n"
        )
        manifest["wheels"] = [f"./wheels/{wheel.name}"]
    (to / "blender_manifest.toml").write_text(
        _format_manifest(manifest), encoding="utf-8", newline="\n"
    )
    for name, content in planned.files.items():
        (to / name).write_text(content, encoding="utf-8", newline="\n")


def _format_manifest(manifest: Mapping[str, Any]) -> str:
    """Return TOML; its values have the same form in JSON."""
    tables = {name: value for name, value in manifest.items() if isinstance(value, dict)}
    fields = [item for item in manifest.items() if item[0] not in tables]
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields]
    # The table [build] is about building: a package has it from the one that was unpacked.
    for name in tables.keys() - {"build"}:
        lines += [
            f"[{name}]",
            *(f"{key} = {json.dumps(text)}" for key, text in tables[name].items()),
        ]
    return "\n".join([*lines, ""])


def _draw_image(name: str) -> bytes:
    canvas = Canvas("#2f4858" if name == "mesh_courier" else "#7d4f50")
    canvas.line([(500, 700), (960, 420), (1420, 700)], "#f6d8ae", 14)
    for centre in ((500, 700), (1420, 700)):
        canvas.circle(centre, 90, "#f6d8ae", 0.9)
    return canvas.png()


def _set_times(planned: WaitingVersion, version: Version, now: datetime) -> None:
    submitted = now - timedelta(days=planned.submitted)
    events = list(Event.objects.filter(version=version).in_order())
    times = []
    for event in events:
        if event.kind == Event.Kind.UPLOADED:
            times.append(submitted - timedelta(hours=1))
        elif event.kind == Event.Kind.CHANGES_REQUESTED:
            times.append(now - timedelta(days=planned.returned))
        else:
            times.append(submitted)
    set_notification_dates(events, times)
    for event, time in zip(events, times, strict=True):
        event.created_at = time
    Event.objects.bulk_update(events, ["created_at"])
    Version.objects.filter(pk=version.pk).update(
        created_at=submitted - timedelta(hours=1), submitted_at=submitted
    )
    extensions = Extension.objects.filter(pk=version.extension_id)
    # `update` does not set the auto_now field updated_at.
    extensions.update(updated_at=now - timedelta(days=planned.returned or planned.submitted))
    if planned.name:
        extensions.update(created_at=submitted - timedelta(hours=1))
