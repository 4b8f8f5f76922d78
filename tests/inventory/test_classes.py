"""Classes in an inventory: names, fields that are followed through the code, and whether they are registered."""

from __future__ import annotations

import pytest

from extery.inventory.model import Place
from tests.inventory.samples import inventory_of, names, only

OPERATOR = """
import bpy

class Add(bpy.types.Operator):
    '''Add a gear

    More about it.'''
    bl_idname = "mesh.gear_add"
    bl_label = "Gear"
    bl_options = {'UNDO', 'INTERNAL'}

bpy.utils.register_class(Add)
"""


def test_an_operator_has_its_label_tooltip_options_and_place() -> None:
    entry = only(inventory_of(OPERATOR), "operators")

    assert (entry.name, entry.place, entry.registered) == (
        "mesh.gear_add",
        Place("__init__.py", 4),
        "yes",
    )
    assert entry.fields["label"] == "Gear"
    assert entry.fields["tooltip"] == "Add a gear\n\nMore about it."
    assert set(entry.fields["options"]) == {"UNDO", "INTERNAL"}  # type: ignore[arg-type]
    assert entry.computed == ()


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("'Gear'", "Gear"),
        ("NAME", "Gear"),
        ("NAME + ' ' + KIND", "Gear spur"),
        ("f'{NAME} of {KIND}'", "Gear of spur"),
        ("TABLE['label']", "Gear from a table"),
        ("texts.LABEL", "Gear of a module"),
        ("IMPORTED", "Gear of a module"),
        ("bpy.app.translations.pgettext('Gear')", "Gear"),
        ("make_label()", None),
        ("f'{NAME} {random()}'", None),
        ("TWICE", None),
    ],
)
def test_a_label_is_followed_through_constants_and_modules(value: str, label: str | None) -> None:
    inventory = inventory_of(
        {
            "__init__.py": f"""
            import bpy
            from . import texts
            from .texts import LABEL as IMPORTED
            NAME, = "Gear",
            NAME = "Gear"
            KIND = "spur"
            TWICE = "one"
            if bpy.app.background:
                TWICE = "two"
            TABLE = {{"label": "Gear from a table"}}
            class Add(bpy.types.Operator):
                bl_idname = "mesh.gear_add"
                bl_label = {value}
            """.replace('NAME, = "Gear",\n', "\n"),
            "texts.py": "LABEL = 'Gear of a module'\n",
        }
    )

    assert only(inventory, "operators").fields["label"] == label


def test_fields_are_inherited_from_classes_of_the_extension() -> None:
    inventory = inventory_of(
        {
            "__init__.py": """
            import bpy
            from .base import Sidebar
            class GEARS_PT_main(Sidebar, bpy.types.Panel):
                bl_label = "Gears"
            """,
            "base.py": """
            class Sidebar:
                bl_space_type = "VIEW_3D"
                bl_region_type = "UI"
                bl_category = "Tool"
            """,
        }
    )

    entry = only(inventory, "panels")
    assert entry.name == "GEARS_PT_main"
    assert [entry.fields[name] for name in ("space", "region", "category")] == [
        "VIEW_3D",
        "UI",
        "Tool",
    ]


def test_a_field_that_is_assigned_later_is_computed() -> None:
    inventory = inventory_of(
        """
        import bpy
        class GEARS_PT_main(bpy.types.Panel):
            bl_label = "Gears"
            bl_category = "Tool"
        def register():
            GEARS_PT_main.bl_category = bpy.context.preferences.addons[__package__].preferences.tab
            bpy.utils.register_class(GEARS_PT_main)
        """
    )

    assert only(inventory, "panels").fields["category"] is None


@pytest.mark.parametrize(
    "register",
    [
        "bpy.utils.register_class(Add)",
        "for cls in (Add,):\n    bpy.utils.register_class(cls)",
        "classes = [Add]\nfor cls in classes:\n    bpy.utils.register_class(cls)",
        "classes = []\nclasses.append(Add)\nfor cls in classes:\n    bpy.utils.register_class(cls)",
        "classes = []\nclasses += [Add]\n[bpy.utils.register_class(c) for c in classes]",
        "from bpy.utils import register_class\ndef one(cls):\n    register_class(cls)\none(Add)",
        "register, unregister = bpy.utils.register_classes_factory((Add, Other))",
        "table = {'a': Add}\nfor name, cls in table.items():\n    bpy.utils.register_class(cls)",
    ],
)
def test_each_way_to_register_a_class_is_understood(register: str) -> None:
    code = "import bpy\nclass Add(bpy.types.Operator):\n    bl_idname = 'a.b'\n    bl_label = 'B'\n"
    code += "class Other(bpy.types.Operator):\n    bl_idname = 'a.c'\n    bl_label = 'C'\n"

    inventory = inventory_of(code + register)

    registered = {one.name: one.registered for one in inventory.of_kind("operators")}
    assert registered["a.b"] == "yes"
    assert registered["a.c"] == ("yes" if "Other" in register else "no")


@pytest.mark.parametrize(
    "register",
    [
        "for cls in bpy.types.Operator.__subclasses__():\n    bpy.utils.register_class(cls)",
        "import inspect, sys\nfor _, cls in inspect.getmembers(sys.modules[__name__]):\n    bpy.utils.register_class(cls)",
        "list(map(bpy.utils.register_class, [Add]))",
        "bpy.utils.register_class(globals()['Add'])",
    ],
)
def test_a_class_that_may_be_registered_at_run_time_is_not_called_unregistered(
    register: str,
) -> None:
    code = "import bpy\nclass Add(bpy.types.Operator):\n    bl_idname = 'a.b'\n    bl_label = 'B'\n"

    assert only(inventory_of(code + register), "operators").registered == "unknown"


def test_a_base_without_what_blender_demands_is_never_registered() -> None:
    inventory = inventory_of(
        """
        import bpy
        class Base(bpy.types.Operator):
            pass
        class Add(Base):
            bl_idname = "a.b"
            bl_label = "B"
        for cls in Base.__subclasses__():
            bpy.utils.register_class(cls)
        """
    )

    registered = {one.fields["class"]: one.registered for one in inventory.of_kind("operators")}
    assert registered == {"Base": "no", "Add": "unknown"}


def test_importers_and_exporters_have_their_file_extensions() -> None:
    inventory = inventory_of(
        """
        import bpy
        from bpy_extras.io_utils import ExportHelper, ImportHelper
        class Read(bpy.types.Operator, ImportHelper):
            bl_idname = "import_scene.gear"
            bl_label = "Gears"
            filename_ext = ".gear"
            filter_glob: bpy.props.StringProperty(default="*.gear;*.gears", options={'HIDDEN'})
        class Write(bpy.types.Operator, ExportHelper):
            bl_idname = "export_scene.gear"
            bl_label = "Gears"
            filename_ext = make()
        class GEAR_FH(bpy.types.FileHandler):
            bl_label = "Gears"
            bl_import_operator = "import_scene.gear"
            bl_file_extensions = ".gear;.gears"
        """
    )

    assert only(inventory, "importers").fields["extensions"] == (".gear", ".gears")
    assert only(inventory, "exporters").fields["extensions"] is None
    assert only(inventory, "file_handlers").fields["extensions"] == (".gear", ".gears")
    assert only(inventory, "file_handlers").fields["import_operator"] == "import_scene.gear"


def test_preferences_have_their_properties_with_those_of_bases() -> None:
    inventory = inventory_of(
        """
        import bpy
        from bpy.props import BoolProperty
        class Base:
            verbose: BoolProperty()
        class Preferences(Base, bpy.types.AddonPreferences):
            bl_idname = __package__
            teeth: bpy.props.IntProperty(default=12)
        """
    )

    entry = only(inventory, "preferences")
    assert entry.fields["properties"] == ("verbose: Bool", "teeth: Int")


def test_names_of_everything_imported_are_found() -> None:
    inventory = inventory_of(
        {
            "__init__.py": """
            import bpy
            from .ops import *
            classes = (Add,)
            for cls in classes:
                bpy.utils.register_class(cls)
            """,
            "ops.py": """
            from bpy.types import *
            class Add(Operator):
                bl_idname = "a.b"
                bl_label = "B"
            """,
        }
    )

    assert only(inventory, "operators").registered == "yes"


def test_a_class_made_by_type_is_listed_without_a_name() -> None:
    inventory = inventory_of(
        """
        import bpy
        def make(name):
            cls = type("Add" + name, (bpy.types.Operator,), {})
            bpy.utils.register_class(cls)
        """
    )

    entry = only(inventory, "operators")
    assert (entry.name, entry.registered) == ("", "unknown")
    assert "name" in entry.computed


def test_an_operator_may_be_named_by_its_class() -> None:
    code = "import bpy\nclass Add(bpy.types.Operator):\n    bl_idname = 'MESH_OT_gear_add'\n"

    assert names(inventory_of(code), "operators") == ["mesh.gear_add"]


def test_a_class_that_is_imported_by_the_name_of_the_add_on_is_registered() -> None:
    inventory = inventory_of(
        {
            "__init__.py": "import bpy\nfrom gears.ops import Add\nbpy.utils.register_class(Add)\n",
            "ops.py": "import bpy\nclass Add(bpy.types.Operator):\n    bl_idname = 'a.b'\n",
        }
    )

    assert only(inventory, "operators").registered == "yes"


def test_a_class_with_the_name_of_its_base_is_not_called_unregistered() -> None:
    code = "import bpy\nfrom bpy.types import AddonPreferences\n"
    code += "class AddonPreferences(AddonPreferences):\n    bl_idname = __name__\n"

    inventory = inventory_of(code + "bpy.utils.register_class(AddonPreferences)\n")

    assert only(inventory, "preferences").registered == "unknown"


def test_attributes_are_looked_for_in_the_order_of_python() -> None:
    inventory = inventory_of(
        """
        import bpy
        class Base:
            bl_space_type = "PROPERTIES"
        class First(Base): pass
        class Second(Base):
            bl_space_type = "VIEW_3D"
        class GEARS_PT_main(First, Second, bpy.types.Panel):
            bl_label = "Gears"
        """
    )

    assert only(inventory, "panels").fields["space"] == "VIEW_3D"


def test_what_a_class_of_blender_may_assign_is_computed() -> None:
    inventory = inventory_of(
        """
        import bpy
        from bl_ui.properties_scene import SceneButtonsPanel
        class GEARS_PT_main(SceneButtonsPanel, bpy.types.Panel):
            bl_label = "Gears"
        """
    )

    entry = only(inventory, "panels")
    assert (entry.name, entry.fields["label"]) == ("GEARS_PT_main", "Gears")
    assert (entry.fields["space"], entry.fields["parent"]) == (None, None)
