"""What RNA does not tell: the types behind usual names, and what a type property says about its owner."""

from __future__ import annotations

from collections.abc import Mapping

#: Modules' members that are objects.
CONTEXT_ROOTS: Mapping[str, str] = {"bpy.context": "=Context", "bpy.data": "=BlendData"}

#: Names of parameters and variables of unknown origin -> what they hold in practically all add-ons.
NAME_HINTS: Mapping[str, str] = {
    "context": "=Context",
    "ctx": "=Context",
    "C": "=Context",
    "layout": "=UILayout",
    "scene": "=Scene",
    "depsgraph": "=Depsgraph",
    "obj": "=Object",
    "ob": "=Object",
    "armature": "=Armature",
    "pose_bone": "=PoseBone",
    "pbone": "=PoseBone",
    "edit_bone": "=EditBone",
    "mesh": "=Mesh",
    "me": "=Mesh",
    "action": "=Action",
    "act": "=Action",
    "light": "=Light",
    "lamp": "=Light",
    "fcurve": "=FCurve",
    "fcu": "=FCurve",
    "node_tree": "=NodeTree",
    "node_group": "=NodeTree",
    "material": "=Material",
    "mat": "=Material",
    "image": "=Image",
    "view_layer": "=ViewLayer",
    "strip": "=Strip",
    "gpencil": "=GreasePencil",
}

#: Items of sequences that are no collections of RNA.
ITEMS: Mapping[str, str] = {
    "=BMVertSeq": "=BMVert",
    "=BMEdgeSeq": "=BMEdge",
    "=BMFaceSeq": "=BMFace",
}

#: Methods and properties that give another value of the same type.
SAME_TYPE = frozenset({"copy", "evaluated_get", "original", "override_create", "make_local"})

_DATA = {
    "MESH": "Mesh",
    "ARMATURE": "Armature",
    "CAMERA": "Camera",
    "CURVE": "Curve",
    "SURFACE": "SurfaceCurve",
    "FONT": "TextCurve",
    "LIGHT": "Light",
    "LATTICE": "Lattice",
    "META": "MetaBall",
    "SPEAKER": "Speaker",
    "LIGHT_PROBE": "LightProbe",
    "VOLUME": "Volume",
    "CURVES": "Curves",
    "POINTCLOUD": "PointCloud",
    "EMPTY": "Image",
}
_SPACES = {
    "VIEW_3D": "SpaceView3D",
    "IMAGE_EDITOR": "SpaceImageEditor",
    "NODE_EDITOR": "SpaceNodeEditor",
    "SEQUENCE_EDITOR": "SpaceSequenceEditor",
    "CLIP_EDITOR": "SpaceClipEditor",
    "DOPESHEET_EDITOR": "SpaceDopeSheetEditor",
    "GRAPH_EDITOR": "SpaceGraphEditor",
    "NLA_EDITOR": "SpaceNLA",
    "TEXT_EDITOR": "SpaceTextEditor",
    "CONSOLE": "SpaceConsole",
    "OUTLINER": "SpaceOutliner",
    "PROPERTIES": "SpaceProperties",
    "FILE_BROWSER": "SpaceFileBrowser",
    "SPREADSHEET": "SpaceSpreadsheet",
    "PREFERENCES": "SpacePreferences",
}
#: Type, member and the value of its ``type`` -> the member's kind; without a member, the kind of the value itself.
NARROWED: Mapping[tuple[str, str, str], str] = {
    **{("Object", "data", value): f"={type_}" for value, type_ in _DATA.items()},
    **{("Area", "spaces", value): f"*{type_}:AreaSpaces" for value, type_ in _SPACES.items()},
    **{("Space", "", value): f"={type_}" for value, type_ in _SPACES.items()},
}
