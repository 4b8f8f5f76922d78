# SPDX-License-Identifier: GPL-3.0-or-later
"""Markers on the beats of a piece of music, so that motion can follow them."""

import json
import urllib.error
import urllib.parse
import urllib.request

import bpy
from bpy.props import FloatProperty, IntProperty, PointerProperty, StringProperty

PREFIX = "♪ "
TEMPOS = "https://tempos.example.org/songs"


def tempo_of(song):
    """Ask the service for the beats per minute of a song; it answers ``{"tempo": 120.0}``."""
    query = urllib.parse.urlencode({"title": song})
    with urllib.request.urlopen(f"{TEMPOS}?{query}", timeout=5) as answer:
        return float(json.loads(answer.read(10_000))["tempo"])


def beats(settings, scene):
    """Name and frame of every beat between the first and the last frame of the scene."""
    fps = scene.render.fps / scene.render.fps_base
    length = fps * 60 / settings.tempo
    count = 0
    while (frame := settings.first + count * length) <= scene.frame_end:
        bar, beat = divmod(count, settings.per_bar)
        count += 1
        if beat and settings.per_bar > 1 and not settings.show_beats:
            continue
        yield f"{PREFIX}{bar + 1}.{beat + 1}", round(frame)


class BeatMarkerSettings(bpy.types.PropertyGroup):
    song: StringProperty(name="Song", description="Title and artist, to look up the tempo")
    tempo: FloatProperty(name="Tempo", default=120.0, min=20.0, max=400.0, precision=2)
    first: IntProperty(name="First Beat", default=1, description="Frame of the first beat")
    per_bar: IntProperty(name="Beats a Bar", default=4, min=1, max=16)
    show_beats: bpy.props.BoolProperty(
        name="Every Beat", default=True, description="Mark each beat, not only the first of a bar"
    )


class FindTempo(bpy.types.Operator):
    """Look up the tempo of the song; needs online access"""

    bl_idname = "marker.beat_marker_find_tempo"
    bl_label = "Find Tempo"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bpy.app.online_access and bool(context.scene.beat_marker.song.strip())

    def execute(self, context):
        settings = context.scene.beat_marker
        try:
            settings.tempo = tempo_of(settings.song.strip())
        except (urllib.error.URLError, TimeoutError, ValueError, KeyError, TypeError) as error:
            self.report({"ERROR"}, f"The tempo was not found: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


class SetBeatMarkers(bpy.types.Operator):
    """Put a marker on every beat; markers of an earlier run are replaced"""

    bl_idname = "marker.beat_marker_set"
    bl_label = "Mark Beats"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        remove_markers(context.scene)
        count = 0
        for name, frame in beats(context.scene.beat_marker, context.scene):
            context.scene.timeline_markers.new(name, frame=frame)
            count += 1
        self.report({"INFO"}, f"{count} beats marked")
        return {"FINISHED"}


class ClearBeatMarkers(bpy.types.Operator):
    """Remove the markers that this add-on made, and no others"""

    bl_idname = "marker.beat_marker_clear"
    bl_label = "Clear Beats"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        remove_markers(context.scene)
        return {"FINISHED"}


def remove_markers(scene):
    for marker in list(scene.timeline_markers):
        if marker.name.startswith(PREFIX):
            scene.timeline_markers.remove(marker)


class BeatMarkerPanel(bpy.types.Panel):
    bl_idname = "DOPESHEET_PT_beat_marker"
    bl_label = "Beat Marker"
    bl_space_type = "DOPESHEET_EDITOR"
    bl_region_type = "UI"
    bl_category = "Beats"

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        row = layout.row(align=True)
        row.prop(context.scene.beat_marker, "song")
        row.operator(FindTempo.bl_idname, text="", icon="VIEWZOOM")
        for name in ("tempo", "first", "per_bar", "show_beats"):
            layout.prop(context.scene.beat_marker, name)
        row = layout.row(align=True)
        row.operator(SetBeatMarkers.bl_idname, icon="MARKER_HLT")
        row.operator(ClearBeatMarkers.bl_idname, text="", icon="X")


CLASSES = (BeatMarkerSettings, FindTempo, SetBeatMarkers, ClearBeatMarkers, BeatMarkerPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.beat_marker = PointerProperty(type=BeatMarkerSettings)


def unregister():
    del bpy.types.Scene.beat_marker
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
