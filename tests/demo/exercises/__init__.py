"""Runs inside Blender as an add-on: uses each add-on of the demo as its page describes, and checks the result.

The harness reads values of an add-on's module, so every exercise is an attribute.
"""

import math
import sys
import tempfile
import traceback
from pathlib import Path
from types import SimpleNamespace

import bpy


def __getattr__(name):
    """``did_<id>`` uses that add-on, ``drew_<id>`` draws its panels and menus; both are "" or a traceback."""
    verb, _, extension_id = name.partition("_")
    steps = {"did": lambda: globals()[extension_id](), "drew": lambda: draw_all(extension_id)}
    if name == "theme":
        return colours()
    if verb not in steps or extension_id.endswith("__"):
        raise AttributeError(name)
    try:
        clean()
        steps[verb]()
    except Exception:
        return traceback.format_exc()
    return ""


def register():
    pass


def unregister():
    pass


def colours():
    """Colours from both ends of a theme file, and from the parts whose names 5.0 changed."""
    now = bpy.context.preferences.themes[0]
    if hasattr(now, "regions"):
        panel, key = now.regions.channels.back, now.common.anim.keyframe_selected
    else:
        panel, key = now.view_3d.space.panelcolors.back, now.dopesheet_editor.keyframe_selected
    found = {
        "view": now.view_3d.space.gradients.high_gradient,
        "text": now.user_interface.wcol_regular.text,
        "accent": now.user_interface.wcol_toggle.inner_sel,
        "strong": now.outliner.space.text_hi,
        "back": now.node_editor.space.back,
        "panel": panel,
        "active": key,
    }
    return {
        name: [round(part * 255) for part in list(colour)[:3]] for name, colour in found.items()
    }


class Layout:
    """Stands in for the layout of a panel: Blender draws none without a window. Checks that operators, properties and menus exist."""

    def __init__(self):
        self.drawn = 0

    def __getattr__(self, name):
        if name not in ("row", "column", "box"):
            raise AttributeError(name)
        return lambda **_: self

    def separator(self):
        self.drawn += 1

    def label(self, text="", icon="NONE"):
        assert isinstance(text, str)
        self.look(icon)

    def prop(self, data, name, text="", icon="NONE"):
        getattr(data, name)
        self.look(icon)

    def menu(self, idname, text="", icon="NONE"):
        assert hasattr(bpy.types, idname), idname
        self.look(icon)

    def operator(self, idname, text="", icon="NONE"):
        module, _, name = idname.partition(".")
        properties = getattr(getattr(bpy.ops, module), name).get_rna_type().properties
        self.look(icon)
        return SimpleNamespace(**{item.identifier: None for item in properties})

    def look(self, icon):
        icons = bpy.types.UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items
        assert icon in icons.keys(), icon  # noqa: SIM118 (not a dict)
        self.drawn += 1


def draw_all(extension_id):
    """Call everything of an add-on that draws: panels, menus, dialogues of operators, entries in Blender's menus."""
    module = sys.modules[f"bl_ext.user_default.{extension_id}"]
    select(cube("One"), cube("Two", (3, 0, 4)))
    layout = Layout()
    if hasattr(module, "menu_entry"):
        module.menu_entry(SimpleNamespace(layout=layout), bpy.context)
    for cls in vars(module).values():
        if isinstance(cls, type) and issubclass(cls, bpy.types.bpy_struct) and hasattr(cls, "draw"):
            cls.draw(SimpleNamespace(layout=layout, **values(cls)), bpy.context)
    assert layout.drawn, "nothing leads to this add-on"


def values(cls):
    """The properties of an operator with their values at first."""
    if not issubclass(cls, bpy.types.Operator):
        return {}
    module, _, name = cls.bl_idname.partition(".")
    properties = getattr(getattr(bpy.ops, module), name).get_rna_type().properties
    return {item.identifier: item.default for item in properties if hasattr(item, "default")}


def clean():
    if bpy.context.object and bpy.context.object.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    for kind in (
        "objects",
        "meshes",
        "curves",
        "cameras",
        "lights",
        "materials",
        "actions",
        "images",
    ):
        data = getattr(bpy.data, kind)
        for item in list(data):
            data.remove(item)
    for collection in list(bpy.data.collections):
        bpy.data.collections.remove(collection)
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 250
    scene.frame_set(1)
    scene.cursor.location = (0, 0, 0)


def cube(name="Cube", place=(0, 0, 0), size=2.0):
    bpy.ops.mesh.primitive_cube_add(size=size, location=place)
    bpy.context.object.name = name
    bpy.context.view_layer.update()
    return bpy.context.object


def select(*items):
    bpy.ops.object.select_all(action="DESELECT")
    for item in items:
        item.select_set(True)
    bpy.context.view_layer.objects.active = items[0]
    bpy.context.view_layer.update()


def near(value, wanted, reach=1e-4):
    assert abs(value - wanted) <= reach, f"{value} is not {wanted}"


def stair_smith():
    bpy.ops.mesh.stair_smith_add(steps=10, rise=0.2, run=0.3, width=1.0, closed=True)
    flight = bpy.context.object
    assert len(flight.data.polygons) == 60
    assert [round(size, 4) for size in flight.dimensions] == [1.0, 3.0, 2.0]
    bpy.ops.mesh.stair_smith_add(form="WINDING", steps=12, width=1.0, pole=0.2)
    assert len(bpy.context.object.data.polygons) == 72


def name_loom():
    items = [cube(f"box.{number}", (number, 0, 0)) for number in (3, 1, 2)]
    select(*items)
    settings = bpy.context.scene.name_loom
    settings.pattern, settings.order, settings.digits = "Crate {number}", "X", 2
    bpy.ops.object.name_loom_weave()
    assert [item.name for item in items] == ["Crate_03", "Crate_01", "Crate_02"]
    assert items[0].data.name == "Crate_03"


def beat_marker():
    scene = bpy.context.scene
    scene.render.fps, scene.frame_end = 24, 48
    scene.timeline_markers.new("mine", frame=7)
    scene.beat_marker.tempo = 120
    for _ in range(2):
        bpy.ops.marker.beat_marker_set()
    frames = sorted(marker.frame for marker in scene.timeline_markers)
    assert frames == [1, 7, 13, 25, 37], frames
    bpy.ops.marker.beat_marker_clear()
    assert [marker.name for marker in scene.timeline_markers] == ["mine"]
    scene.timeline_markers.clear()


def turntable_desk():
    item = cube("Subject", (3, 0, 0))
    select(item)
    scene = bpy.context.scene
    bpy.ops.object.turntable_desk_set_up(frames=40)
    assert (scene.frame_start, scene.frame_end) == (1, 40)
    hub = scene.camera.parent
    places = []
    for frame in (1, 11, 41):
        scene.frame_set(frame)
        bpy.context.view_layer.update()
        places.append(scene.camera.matrix_world.translation.copy())
    near((places[0] - places[2]).length, 0.0, 1e-3)
    assert (places[0] - places[1]).length > 1
    for place in places:
        near((place - hub.location).length, (places[0] - hub.location).length, 1e-3)


def lantern_kit():
    select(cube("Subject"))
    bpy.ops.object.lantern_kit_hang(ratio=4.0)
    power = {
        item.name.split()[0]: item.data.energy for item in bpy.data.objects if item.type == "LIGHT"
    }
    assert set(power) == {"Key", "Fill", "Rim"}
    near(power["Key"] / power["Fill"], 4.0)


def swatch_bench():
    items = [cube("One"), cube("Two", (3, 0, 0))]
    select(*items)
    text = "background: #1D3557; color: #e63946"
    assert bpy.ops.material.swatch_bench_paste(text=text, assign=True) == {"FINISHED"}
    names = {item.active_material.name for item in items}
    assert names == {"Swatch 1d3557", "Swatch e63946"}, names
    node = next(
        n
        for n in bpy.data.materials["Swatch e63946"].node_tree.nodes
        if n.type == "BSDF_PRINCIPLED"
    )
    near(node.inputs["Base Color"].default_value[0], 0.791298)


def contact_prints():
    scene = bpy.context.scene
    for name in ("Left / far", "Right"):
        camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
        scene.collection.objects.link(camera)
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.render.resolution_x, scene.render.resolution_y = 64, 36
    with tempfile.TemporaryDirectory() as folder:
        scene.contact_prints.folder = folder
        before = scene.render.filepath
        assert bpy.ops.render.contact_prints_make() == {"FINISHED"}
        names = sorted(path.name for path in Path(folder).iterdir())
        assert names == ["Left_far_0001.png", "Right_0001.png"], names
        assert scene.render.filepath == before


def pebble_scatter():
    bpy.ops.mesh.primitive_plane_add(size=4.0)
    ground = bpy.context.object
    bpy.ops.object.pebble_scatter_add(density=5.0, seed=3)
    depsgraph = bpy.context.evaluated_depsgraph_get()
    stones = [item for item in depsgraph.object_instances if item.is_instance]
    assert 30 < len(stones) < 140, len(stones)
    assert ground.modifiers[0].node_group.name == "Pebble Scatter"


def tape_and_chalk():
    one, other = cube("One"), cube("Two", (3, 0, 4))
    select(one, other)
    bpy.ops.object.tape_and_chalk_draw()
    texts = [item.data.body for item in bpy.data.objects if item.type == "FONT"]
    assert len(texts) == 1, texts
    assert texts[0].startswith("5"), texts


def texel_compass():
    item = cube("Box", size=1.0)
    select(item)
    settings = bpy.context.scene.texel_compass
    settings.texture_size, settings.wanted = 1024, 256.0
    bpy.ops.mesh.texel_compass_measure()
    near(settings.lowest, 256.0, 0.1)
    assert settings.off == 0
    item.scale = (2, 2, 2)
    bpy.context.view_layer.update()
    bpy.ops.mesh.texel_compass_measure()
    near(settings.highest, 128.0, 0.1)
    assert settings.off == 6


def pose_echo():
    items = [cube(name, (place, 0, 0)) for name, place in (("A", 0), ("B", 2), ("C", 5))]
    for item in items:
        item.keyframe_insert("location", frame=10)
    select(*items)
    bpy.ops.object.pose_echo(delay=3.0, order="DISTANCE")
    found = [first_key(item.animation_data.action) for item in items]
    assert found == [10.0, 13.0, 16.0], found


def first_key(action):
    curves = (
        action.fcurves
        if hasattr(action, "fcurves")
        else action.layers[0].strips[0].channelbags[0].fcurves
    )
    return curves[0].keyframe_points[0].co.x


def mesh_ledger():
    mesh = bpy.data.meshes.new("Broken")
    corners = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (-1, 0.5, 0), (5, 5, 5)]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3, 4)])
    item = bpy.data.objects.new("Broken", mesh)
    bpy.context.scene.collection.objects.link(item)
    select(item)
    bpy.ops.mesh.mesh_ledger_check()
    lines = {line.key: line.count for line in bpy.context.window_manager.mesh_ledger}
    assert lines == {"LOOSE": 1, "OPEN": 5, "NGON": 1}, lines
    bpy.ops.mesh.mesh_ledger_show(check="LOOSE")
    bpy.ops.object.mode_set(mode="OBJECT")
    assert [vertex.select for vertex in mesh.vertices] == [False] * 5 + [True]


def darkroom():
    scene = bpy.context.scene
    for _ in range(2):
        bpy.ops.scene.darkroom_set_up(glow=0.2)
    tree = scene.compositing_node_group if bpy.app.version >= (5, 0, 0) else scene.node_tree
    kinds = [node.bl_idname for node in tree.nodes]
    assert "CompositorNodeGlare" in kinds
    assert len(kinds) == 7, kinds
    assert len(tree.links) == 6
    assert all(link.is_valid for link in tree.links)


def folder_door():
    import folder_door_system

    command = folder_door_system.command("/tmp/x")
    assert command[-1] == "/tmp/x"
    assert len(command) == 2
    assert bpy.ops.wm.folder_door_open(door="FILE") == {"CANCELLED"}


def sky_dial():
    scene = bpy.context.scene
    bpy.ops.scene.sky_dial_add_sun()
    settings = scene.sky_dial
    settings.latitude, settings.day, settings.hour = math.radians(50), 172, 12.0
    rays = settings.sun.rotation_euler.to_matrix().col[2]
    near(math.degrees(math.asin(rays.z)), 90 - 50 + 23.44, 0.1)
    assert rays.y < 0  # at noon it stands in the south
    settings.hour = 8.0
    assert settings.sun.rotation_euler.to_matrix().col[2].x > 0  # in the morning in the east
    settings.hour = 0.0
    assert settings.sun.data.energy == 0.0
    settings.sun = None


def comic_gutters():
    bpy.ops.object.comic_gutters_add(layout="SPLASH")
    page = bpy.context.object
    assert [layer.name for layer in page.data.layers] == ["Borders", "Ink"]
    strokes = page.data.layers["Borders"].frames[0].drawing.strokes
    assert len(strokes) == 4
    xs = [point.position.x for stroke in strokes for point in stroke.points]
    near(max(xs) - min(xs), 1.9)


def cordage():
    bpy.ops.curve.primitive_bezier_curve_add()
    path = bpy.context.object
    bpy.ops.curve.cordage_lay(strands=3, turns=2.0)
    rope = next(item for item in bpy.data.objects if item.name.startswith("Rope"))
    assert len(rope.data.splines) == 3
    assert len(rope.data.splines[0].points) > 40
    assert path.hide_render


def shot_slate():
    scene = bpy.context.scene
    settings = scene.shot_slate
    settings.shot, settings.take, settings.artist = "sq020_sh110", 2, "Robin"
    bpy.ops.render.shot_slate_next()
    assert scene.render.use_stamp
    assert scene.render.stamp_note_text == "sq020_sh110  take 3  Robin"
    assert not scene.render.use_stamp_memory


def snapshot_shelf():
    with tempfile.TemporaryDirectory() as folder:
        bpy.ops.wm.save_as_mainfile(filepath=str(Path(folder, "hut.blend")))
        for note in ("Roof", "Door"):
            bpy.ops.wm.snapshot_shelf_take(note=note)
        names = sorted(path.name for path in Path(folder, "snapshots").iterdir())
        assert names == ["hut-001.blend", "hut-002.blend", "notes.txt"], names
        assert Path(bpy.data.filepath).name == "hut.blend"


def ring_table():
    chair = cube("Chair", (2, 0, 0))
    select(chair)
    bpy.ops.object.ring_table_set(count=4)
    places = sorted(
        (round(i.matrix_world.translation.x), round(i.matrix_world.translation.y))
        for i in bpy.data.objects
    )
    assert places == [(-2, 0), (0, -2), (0, 2), (2, 0)], places
    assert chair.data.users == 4


def scene_sweeper():
    """It removes data with a fake user, for which it is blocked."""
    kept = bpy.data.materials.new("Kept")
    kept.use_fake_user = True
    used = bpy.data.materials.new("Used")
    cube().active_material = used
    bpy.ops.file.scene_sweeper_sweep()
    assert [material.name for material in bpy.data.materials] == ["Used"]
