"""Files of the versions that wait for review."""

from __future__ import annotations

NEW_MANIFEST = """\
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

COURIER = '''\
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

LOOM = '''\
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

STATIONS = '''\
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

SHAPES = '''\
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
